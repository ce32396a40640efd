@memory @websocket
Feature: Memory
  An agent remembers what it was told where it was told: in this group or in this private chat, on this platform. It
  recalls it there as long as the conversation goes on, also after a reconnection, and nowhere else: not to another
  person, not in another group, not through another agent, and never to another tenant, whatever ids they share.

  A secret is a token that nobody can guess; whoever is told it, has it from the agent's memory.

  Background:
    Given these agents have been created
      | tenant | agent | persona                |
      | Acme   | Ada   | 你是开朗的图书管理员。 |
      | Acme   | Bo    | 你是沉默的钟表匠。     |

  @MEM-001 @critical @smoke
  Scenario Outline: An agent recalls what it was told <where>
    Given Lin has entrusted a secret to "Ada" <place>
    When Lin asks "Ada" for the secret <place>
    Then "Ada" tells Lin the secret

    Examples:
      | where             | place                |
      | in a private chat | in private           |
      | in a group        | in the group "chess" |

  @MEM-002 @critical
  Scenario: An agent recalls what it was told before a reconnection
    Given Lin has entrusted a secret to "Ada"
    And "Ada" has reconnected
    When Lin asks "Ada" for the secret
    Then "Ada" tells Lin the secret

  @MEM-003 @normal
  Scenario: An agent recalls what it was told long ago in the conversation
    Given Lin has entrusted a secret to "Ada"
    And Lin has then written 15 messages to "Ada", each of which was answered
    When Lin asks "Ada" for the secret
    Then "Ada" tells Lin the secret

  @MEM-004 @normal
  Scenario: What is said in a group is known to all of its members
    Given Lin has entrusted a secret to "Ada" in the group "chess"
    When Wei asks "Ada" for the secret in the group "chess"
    Then "Ada" tells Wei the secret

  @MEM-005 @blocker
  Scenario Outline: What an agent was told <told> it does not tell <elsewhere>
    Given Lin has entrusted a secret to "Ada" <told>
    When <person> asks "<agent>" for the secret <asked>
    Then "<agent>" does not know the secret
    When Lin asks "Ada" for the secret <told>
    Then "Ada" tells Lin the secret

    Examples:
      | elsewhere                           | told                 | person | agent | asked                      |
      | in another person's private chat    | in private           | Wei    | Ada   | in private                 |
      | in another group                    | in the group "chess" | Lin    | Ada   | in the group "go"          |
      | in a group                          | in private           | Lin    | Ada   | in the group "chess"       |
      | on another platform                 | in the group "chess" | Lin    | Ada   | in the group "chess" on qq |
      | through another agent of the tenant | in the group "chess" | Lin    | Bo    | in the group "chess"       |

  @MEM-006 @blocker @isolation
  Scenario Outline: Another tenant's agent does not know what an agent was told <where>, although all ids are the same
    Given Globex has registered
    And Globex has created the agent "Cy"
    And Lin has entrusted a secret to "Ada" <place>
    When Lin asks "Cy" for the secret <place>
    Then "Cy" does not know the secret
    When Lin asks "Ada" for the secret <place>
    Then "Ada" tells Lin the secret

    Examples:
      | where      | place                |
      | in a group | in the group "chess" |
      | in private | in private           |

  @MEM-007 @critical
  Scenario: A new agent does not remember what its predecessor of the same name was told
    Given Lin has entrusted a secret to "Ada"
    When Lin asks "Ada" for the secret
    Then "Ada" tells Lin the secret
    When Acme replaces "Ada" by a new agent of the same name
    And Lin asks "Ada" for the secret
    Then "Ada" does not know the secret

  @MEM-008 @normal @needs.model
  Scenario: An agent is asked with the conversation so far, in its order
    Given Lin has written "我早上去了图书馆" to "Ada" and been answered
    And Lin has written "中午吃了面条" to "Ada" and been answered
    When Lin writes "我今天过得怎么样" to "Ada"
    Then "Ada" answers Lin
    And "Ada" was asked with all that Lin had written and it had answered, in its order

  @MEM-009 @critical @needs.model
  Scenario: A new persona takes effect with the next message
    Given Lin has written "你好" to "Ada" and been answered
    When Acme gives "Ada" the persona "你是爱讲冷笑话的船长。"
    And Lin writes "你是谁" to "Ada"
    Then "Ada" answers Lin
    And "Ada" was asked as "你是爱讲冷笑话的船长。"
    And "Ada" was not asked as "你是开朗的图书管理员。"

  @MEM-010 @normal @needs.model
  Scenario: A new name takes effect with the next message
    Given Lin has written "你好" to "Ada" and been answered
    When Acme gives "Ada" the name "Zora"
    And Lin writes "你叫什么" to "Ada"
    Then "Ada" answers Lin
    And "Ada" was asked as "Zora"

  @MEM-011 @normal @needs.model
  Scenario: After a reconnection an agent is asked with the conversation so far, in its order
    Given Lin has written "我早上去了图书馆" to "Ada" and been answered
    And Lin has written "中午吃了面条" to "Ada" and been answered
    And "Ada" has reconnected
    When Lin writes "我今天过得怎么样" to "Ada"
    Then "Ada" answers Lin
    And "Ada" was asked with all that Lin had written and it had answered, in its order

  @MEM-012 @normal
  Scenario: After a reconnection an agent recalls the end of a long conversation
    Given Lin has written "你好" to "Ada" and been answered
    And Lin has then written 25 messages to "Ada", each of which was answered
    And Lin has entrusted a secret to "Ada"
    And "Ada" has reconnected
    When Lin asks "Ada" for the secret
    Then "Ada" tells Lin the secret

  @MEM-013 @critical
  Scenario: Whatever id a group has, it is no private chat
    Given Lin has entrusted a secret to "Ada" in private
    When Lin asks "Ada" for the secret in groups with each of these ids
      | id                                |
      | the id of Lin                     |
      | the id of Lin behind "private_"   |
      | the id of Lin behind "private:"   |
      | the id of Lin behind "user_"      |
      | the id of Lin behind "user:"      |
      | the id of Lin behind the platform |
    Then "Ada" has told the secret in none of these groups
    When Lin asks "Ada" for the secret in private
    Then "Ada" tells Lin the secret
