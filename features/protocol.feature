@protocol @websocket
Feature: Frames
  On an admitted connection people's messages travel to an agent in frames, and its replies travel back. Every proper
  message is acknowledged by its id and answered once, to whoever wrote it. Whatever else arrives - broken, sent twice,
  in somebody else's name - is dropped, what is stale is kept but not answered, and the connection stays as usable as
  before.

  Background:
    Given Acme has registered
    And Acme has created the agent "Ada"
    And Acme is connected to "Ada"

  @PRO-001 @critical @smoke
  Scenario: Every message is acknowledged by its id before it is answered
    When Lin asks Acme's "Ada" 3 times, each time after the answer
    Then each message was acknowledged before it was answered
    And each acknowledgement says that the message was received, and when
    And each reply says when it was written and sent
    And nothing else came to Acme from "Ada"

  @PRO-002 @critical
  Scenario Outline: A reply says where it comes from and for whom it is
    When Lin asks Acme's "Ada" <where>
    And Wei asks Acme's "Ada" <where>
    Then each reply names the server, the platform of the message, and its group or, in private, who asked

    Examples: Where people talk to an agent
      | where      |
      | in a group |
      | in private |

  @PRO-003 @normal
  Scenario: Every reply has an id of its own
    When Lin asks Acme's "Ada" 3 times, each time after the answer
    Then no two messages or replies have the same id

  @PRO-004 @critical
  Scenario: What is no frame is dropped
    When the client of Lin sends Acme's "Ada" these frames, each with a proper message after it
      | frame                        |
      | an empty text                |
      | half a frame                 |
      | a list in place of a frame   |
      | an empty object              |
      | a lone null                  |
      | binary data                  |
      | brackets nested 100,000 deep |
      | no type                      |
      | an unknown type              |
      | an id that is no text        |
    And the client of Lin sends Acme's "Ada" an empty object 150 times, and a proper message after that
    Then every proper message was answered
    And nothing else came to Acme from "Ada"
    And only the proper messages to "Ada" are stored for Acme

  @PRO-005 @critical
  Scenario: A message that lacks a part is dropped
    When the client of Lin sends Acme's "Ada" these frames, each with a proper message after it
      | frame              |
      | no payload         |
      | no message_info    |
      | no sender_info     |
      | no user_info       |
      | no message_segment |
      | no message_dim     |
    Then every proper message was answered
    And nothing else came to Acme from "Ada"
    And only the proper messages to "Ada" are stored for Acme

  @PRO-006 @critical
  Scenario: A message with a part of the wrong kind is dropped
    When the client of Lin sends Acme's "Ada" these frames, each with a proper message after it
      | frame                       |
      | a text as payload           |
      | a list as message_info      |
      | a list as sender_info       |
      | an object as person id      |
      | a list as message id        |
      | a text as time              |
      | an endless number as time   |
      | an object as text           |
      | a number as message_segment |
      | segments nested 5,000 deep  |
      | a list as message_dim       |
    Then every proper message was answered
    And nothing else came to Acme from "Ada"
    And only the proper messages to "Ada" are stored for Acme

  @PRO-007 @normal
  Scenario: A frame that is too large costs its sender the connection at most
    Given Globex has registered
    And Globex has created the agent "Gil"
    And Globex is connected to "Gil"
    When Acme's client sends "Ada" more than a million characters that are no frame
    Then Lin is answered by Acme's "Ada", if need be on a new connection
    And Wei is answered by Globex's "Gil"

  @PRO-008 @critical
  Scenario Outline: A message that arrives twice is answered and stored once
    Given Lin has been answered by Acme's "Ada"
    When Acme's client sends "Ada" the same message again <where>
    Then the repeated message to "Ada" is acknowledged to Acme
    And Lin is answered by Acme's "Ada"
    And nothing else came to Acme from "Ada"
    And only the proper messages to "Ada" are stored for Acme

    Examples: Where the message is repeated
      | where                  |
      | on the same connection |
      | on a new connection    |

  @PRO-009 @critical @isolation
  Scenario: Tenants may use the same ids for their messages
    Given Globex has registered
    And Globex has created the agent "Gil"
    And Globex is connected to "Gil"
    When Lin asks Acme's "Ada", then with the same ids Globex's "Gil"
    Then only the proper messages to "Ada" are stored for Acme
    And only the proper messages to "Gil" are stored for Globex

  @PRO-010 @normal
  Scenario: A message of another time is kept, but not answered
    Given Lin has been answered by Acme's "Ada"
    When the client of Lin sends Acme's "Ada" these frames, each with a proper message after it
      | frame                      |
      | a message of an hour ago   |
      | a message of an hour ahead |
      | a message of 1970          |
    Then every proper message was answered
    And nothing else came to Acme from "Ada"
    And each of these frames is stored for Acme, too

  @PRO-011 @critical
  Scenario: A message for another platform than the connection's is dropped
    When the client of Lin sends Acme's "Ada" a message for wechat, and a proper one after it
    Then every proper message was answered
    And nothing else came to Acme from "Ada"
    And only the proper messages to "Ada" are stored for Acme

  @PRO-012 @blocker @isolation
  Scenario Outline: Who names another tenant in a frame reaches nothing of it
    Given Mallory has registered
    And Mallory has created the agent "Max"
    And Mallory is connected to "Max"
    And Wei has been answered by Mallory's "Max"
    When the client of Wei sends Mallory's "Max" a message that names Acme's "Ada" as <field>
    Then every proper message was answered
    And Lin is answered by Acme's "Ada"
    And nothing else came to Acme from "Ada"
    And nothing of that message is stored for Acme
    And Mallory hears at most its own "Max", and nothing of Acme's "Ada"

    Examples: Fields that say whose agent is meant
      | field                    |
      | the message's dimensions |
      | the sender of the frame  |

  @PRO-013 @critical
  Scenario: An agent does not answer itself
    Given Lin has been answered by Acme's "Ada"
    When the client of Lin sends Acme's "Ada" a message by the agent itself, and a proper one after it
    Then every proper message was answered
    And nothing else came to Acme from "Ada"

  @PRO-014 @normal
  Scenario: An acknowledgement is not acknowledged
    When the client of Lin sends Acme's "Ada" these frames, each with a proper message after it
      | frame              |
      | an acknowledgement |
    And the client of Lin sends Acme's "Ada" an acknowledgement 150 times, and a proper message after that
    Then every proper message was answered
    And nothing else came to Acme from "Ada"

  @PRO-015 @critical
  Scenario: A connection on which nobody writes stays open
    Given Lin has been answered by Acme's "Ada"
    When nobody writes to "Ada" until the connection of Acme has been probed twice
    Then the idle connection of Acme to "Ada" was probed and is open
    And the replier answers when it is probed on the connection of Acme to "Ada"
    And Lin is answered by Acme's "Ada"
