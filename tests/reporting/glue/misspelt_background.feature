Feature: A misspelt background

  Background:
    Givn it fails

  Scenario: follows a misspelt background
    Given it passes
