@templates @needs.catalogue
Feature: Templates
  Agents are made from templates: ready personalities that a deployment offers to all of its tenants alike. Everybody may
  look at the catalogue before registering. It belongs to the deployment: tenants use it, and none of them alters it or
  leaves something of its own in it.

  @TPL-001 @critical @smoke
  Scenario: The catalogue offers five personalities
    When a stranger reads the catalogue
    Then the catalogue holds these templates
      | template            | name     | category      |
      | friendly_assistant  | 友好助手 | general       |
      | professional_expert | 专业专家 | professional  |
      | creative_companion  | 创意伙伴 | entertainment |
      | caring_friend       | 贴心朋友 | general       |
      | efficient_helper    | 高效助手 | professional  |

  @TPL-002 @critical
  Scenario: Every template has a persona of its own, in Chinese
    When a stranger reads the catalogue
    Then each template has an id, a name and a persona that no other has
    And each persona is written in Chinese

  @TPL-003 @normal
  Scenario: A template that is read alone is the same as in the catalogue
    Given a stranger has read the catalogue
    When a stranger reads each template alone
    Then these are exactly the templates of the catalogue

  @TPL-004 @normal
  Scenario Outline: Only the exact id leads to a template
    When a stranger tries to read the template "<template>"
    Then it is <outcome>

    Examples:
      | what it is                   | template        | outcome            |
      | a template                   | caring_friend   | accepted           |
      | an id that no template has   | careless_friend | refused as unknown |
      | a template in the other case | CARING_FRIEND   | refused as unknown |
      | a pattern for one character  | caring-friend   | refused as unknown |
      | a pattern that matches it    | caring%         | refused as unknown |
      | the name of a template       | 贴心朋友        | refused as unknown |

  @TPL-005 @normal
  Scenario Outline: The catalogue is read by category
    Given a stranger has read the catalogue
    When a stranger reads the templates of the category "<category>"
    Then these are exactly the templates of the catalogue with the category "<category>"

    Examples:
      | what it is                   | category      |
      | the category of two          | general       |
      | the category of one          | entertainment |
      | a category in the other case | GENERAL       |
      | a pattern that matches one   | gener%        |
      | a category that none has     | unheard of    |

  @TPL-006 @normal
  Scenario: Only active templates are offered
    Given a stranger has read the catalogue
    When a stranger reads the active templates
    Then these are exactly the templates of the catalogue
    When a stranger reads the templates that are not active
    Then none of these is in the catalogue

  @TPL-007 @minor
  Scenario: Whether a template is active is yes or no
    When a stranger tries to read the templates that are perhaps active
    Then it is refused as invalid

  @TPL-008 @critical
  Scenario: The catalogue tells nothing of the tenants who use it
    Given Acme has registered
    And Acme has created the agent "Ada" from the template caring_friend
    When a stranger reads the catalogue
    Then nothing of Acme or its "Ada" stands in the catalogue

  @TPL-009 @normal
  Scenario: Each agent counts as a use of its template, an attempt does not
    Given Acme has registered
    And a stranger has read the catalogue
    When Acme creates the agent "Ada" from the template caring_friend
    And Acme creates the agent "Bo" from the template caring_friend
    And Acme creates the agent "Cleo" with nothing else
    And Acme tries to create an agent without a name from the template efficient_helper
    Then it is refused as invalid
    When a stranger tries to read the template "caring_friend"
    And a stranger reads the catalogue
    Then of all templates only caring_friend has been used, 2 times

  @TPL-010 @normal
  Scenario: No use is forgotten when many come at once
    Given Acme has registered
    And a stranger has read the catalogue
    When Acme creates 8 agents from the template creative_companion at the same time
    And a stranger reads the catalogue
    Then of all templates only creative_companion has been used, 8 times

  @TPL-011 @blocker
  Scenario: No tenant alters what all tenants share
    Given Mallory has registered
    And a stranger has read the catalogue
    When Mallory tries to change and to delete the template caring_friend
    Then every attempt is refused as forbidden or as not offered
    And the catalogue is as it was

  @TPL-012 @critical
  Scenario: What a tenant makes of its agent does not alter the template
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    And Acme has created the agent "Ada" from the template caring_friend
    And a stranger has read the catalogue
    When Acme changes "Ada" to another persona
    Then the catalogue is as it was
    When Globex creates the agent "Bo" from the template caring_friend
    Then each agent of Globex has the persona of its template
