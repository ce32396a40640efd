@after_feature
Feature: Ways to end

  Scenario: the same name
    Given it passes
