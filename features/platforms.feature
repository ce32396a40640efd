@platforms @websocket
Feature: Platforms
  People write to agents on chat platforms: qq, wechat, discord, telegram, and test for trying things out. An agent serves
  all of them alike and mixes none of them up: a reply goes to the platform of its message, and whoever has the same id on
  two platforms is two people there, whom the agent gets to know one by one.

  Background:
    Given Acme has registered
    And Acme has created the agent "Ada"

  @PLA-001 @critical
  Scenario Outline: People on <platform> talk to an agent
    Given Acme is connected to "Ada" on <platform>
    When Lin asks Acme's "Ada" on <platform> 2 times, each time after the answer
    Then each reply names the server, the platform of the message, and its group or, in private, who asked
    And all that is stored of it for Acme is stored under <platform>

    Examples:
      | platform |
      | qq       |
      | wechat   |
      | discord  |
      | telegram |
      | test     |

  @PLA-002 @critical
  Scenario: A reply goes to the platform of its message only
    Given Acme is connected to "Ada" on every platform
    When Lin asks Acme's "Ada" on every platform at once
    Then each reply came on the platform of its message

  @PLA-003 @critical @isolation
  Scenario Outline: The same id on two platforms is two people <where>
    Given Acme is connected to "Ada" on qq
    And Acme is connected to "Ada" on wechat
    And Lin, <where>, has entrusted Acme's "Ada" with a secret on qq
    When somebody with the ids of Lin asks Acme's "Ada" on wechat whether it remembers the secret
    And Lin asks Acme's "Ada" on qq whether it remembers the secret
    Then the secret was told on qq and not on wechat
    And for Acme "Ada" knows one person and holds one chat stream on each of qq and wechat

    Examples: Where people talk to an agent
      | where            |
      | in a group       |
      | in private       |
