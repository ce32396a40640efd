"""Steps about the catalogue of templates."""

from behave import given, then, when

from support.expectations import templates as expected
from support.world import HasWorld


@given("a stranger has read the catalogue")
@when("a stranger reads the catalogue")
def stranger_reads_catalogue(context: HasWorld) -> None:
    context.world.scene.lists.append(context.world.configurator.read_catalogue())


@when("a stranger reads each template alone")
def stranger_reads_each(context: HasWorld) -> None:
    lists = context.world.scene.lists
    lists.append([context.world.configurator.read_template(each["template_id"]) for each in lists[-1]])


@when("a stranger reads the templates of the category {category:Quoted}")
def stranger_reads_category(context: HasWorld, category: str) -> None:
    context.world.scene.lists.append(context.world.configurator.read_catalogue(category=category))


@when("a stranger reads the active templates")
def stranger_reads_active(context: HasWorld) -> None:
    context.world.scene.lists.append(context.world.configurator.read_catalogue(is_active="true"))


@when("a stranger reads the templates that are not active")
def stranger_reads_inactive(context: HasWorld) -> None:
    context.world.scene.lists.append(context.world.configurator.read_catalogue(is_active="false"))


@when("a stranger tries to read the templates that are perhaps active")
def stranger_reads_perhaps_active(context: HasWorld) -> None:
    context.world.scene.answer = context.world.configurator.try_to_read_templates(is_active="perhaps")


@when("a stranger tries to read the template {template:Quoted}")
def stranger_tries_to_read(context: HasWorld, template: str) -> None:
    context.world.scene.answer = context.world.configurator.try_to_read_template(template)


@when("{tenant:Name} tries to change and to delete the template {template:w}")
def tenant_tries_to_alter(context: HasWorld, tenant: str, template: str) -> None:
    scene = context.world.scene
    scene.answers = context.world.configurator.try_to_alter_template(scene.tenant(tenant), template)


@then("the catalogue holds these templates")
def catalogue_holds(context: HasWorld) -> None:
    expected.holds(context.world.scene.lists[-1], context.table)


@then("each template has an id, a name and a persona that no other has")
def templates_are_themselves(context: HasWorld) -> None:
    expected.are_themselves(context.world.scene.lists[-1])


@then("each persona is written in Chinese")
def personas_are_chinese(context: HasWorld) -> None:
    expected.are_chinese(context.world.scene.lists[-1])


@then("these are exactly the templates of the catalogue")
def same_as_catalogue(context: HasWorld) -> None:
    expected.are_exactly(context.world.scene.lists[-1], context.world.scene.lists[0])


@then("the catalogue is as it was")
def catalogue_is_as_it_was(context: HasWorld) -> None:
    expected.are_exactly(context.world.configurator.read_catalogue(), context.world.scene.lists[0])


@then("these are exactly the templates of the catalogue with the category {category:Quoted}")
def those_of_category(context: HasWorld, category: str) -> None:
    catalogue, shown = context.world.scene.lists[0], context.world.scene.lists[-1]
    expected.are_exactly(shown, [each for each in catalogue if each["category"] == category])


@then("none of these is in the catalogue")
def none_in_catalogue(context: HasWorld) -> None:
    expected.none_is_offered(context.world.scene.lists[-1], context.world.scene.lists[0])


@then("nothing of {tenant:Name} or its {agent:Quoted} stands in the catalogue")
def nothing_of_tenant(context: HasWorld, tenant: str, agent: str) -> None:
    scene = context.world.scene
    expected.tells_nothing_of(scene.lists[-1], scene.tenant(tenant), scene.agent(agent))


@then("of all templates only {template:w} has been used, {times:d} times")
def only_one_was_used(context: HasWorld, template: str, times: int) -> None:
    before, after = context.world.scene.lists[-2:]
    expected.used(before, after, {template: times}, alone=not context.world.settings.attaches)
