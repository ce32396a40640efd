@before_feature
Feature: Never begins

  Scenario: never begins
    Given it passes

  Scenario: never begins and is empty
