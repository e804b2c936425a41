"""Playing a story: do what its people do, and collect what they see."""

from collections.abc import Iterator

from demo.storybook import Seen, Story
from tests.storybook.acts import is_about_time, perform
from tests.storybook.clock import BEGIN
from tests.storybook.scene import CannotError, Scene
from tests.storybook.stage import Stage

BEAT = 1.0
"""Seconds on the story's clock that each act takes."""


def play(stage: Stage, story: Story, language: str = "en") -> Iterator[list[Seen]]:
    """Yield what people see after each step. Raises StoryError at a step that is impossible.

    Everybody's Telegram is set to `language`.
    """
    stage.clock.set(BEGIN)
    scene = Scene(stage, language)
    try:
        yield from _steps(scene, story)
    finally:
        scene.leave()


def _steps(scene: Scene, story: Story) -> Iterator[list[Seen]]:
    stage, timed = scene.stage, True
    for step in story.steps:
        if not timed and not is_about_time(step.act):
            stage.set_clock(stage.clock() + BEAT)
        timed = is_about_time(step.act)
        try:
            perform(scene, step.act)
        except CannotError as error:
            raise story.error(step.line, str(error)) from None
        seen = scene.see()
        yield [] if step.briefly else seen
    if late := scene.see():
        raise story.error(story.steps[-1].line, f"people still see something after the last step: {late}")
