@llm @websocket @needs.llm
Feature: Topics written by a model
  With `-D topics=llm` a model plays the people: it writes each message for the agent's persona and the theme of its
  template, knowing what was said and answered before. Nothing replaces it silently: when the model fails, the
  conversation is inconclusive and the report says why.

  @LLM-001 @normal
  Scenario: A conversation whose messages a model writes is answered to its end
    Given these agents have been created
      | tenant | agent | template      |
      | Acme   | Ada   | caring_friend |
    When a model talks as Lin with "Ada" about the theme of caring_friend
    Then every message of the conversation was answered
    And every message of the conversation was written for it
