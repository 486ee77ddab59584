"""Pushes changes to the open tabs they concern.

A State registers its tab for topics when its page loads. When a topic is
announced, what changed is read once, and every registered tab shows it. No tab
ever polls.

A tab is registered for the socket it is connected with at that moment. Whoever
connects later with the same tab's token, having closed it or stolen the token,
is shown nothing before a page has loaded and the log-in been asked for again.

A topic of a school or a person is watched with the right of the log-in session
that asked. Before each push, and now and then without one, it is asked again
whether that right holds: see `pushes`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import reflex as rx

from assembly_ui.pubsub.topics import EVERYTHING, SCHOOL, SYNC, USER, PubSub, Topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.web.pushes import FindCallers, Pushes, Right, Shows

CHECK_SECONDS = 60
"""Between looking for sessions that ended without a word, as by running out."""


class Live(rx.State, mixin=True):
    """Mixed into a State that shows something that changes by itself."""

    @classmethod
    async def _read(cls, topic: Topic) -> Any:
        """What the tabs are going to show; read once for all of them."""
        raise NotImplementedError

    async def _show(self, seen: Any) -> None:
        """Put what was read on this tab's screen."""
        raise NotImplementedError

    def _offer(self, me: Caller) -> None:
        """Offer what the person may do by now, before what changed is shown: roles change."""
        if hasattr(self, "may_act"):
            self._put(may_act=me.may_act_as(Role.ADMIN))

    async def _revoke(self) -> None:
        """Take everything off the screen: the person may not see it any more."""
        self.reset()

    def _put(self, **values: Any) -> None:
        """Set those values that differ: what is set is sent, changed or not."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


class LiveTabs:
    """Which tabs show what, and by what right. One for the process."""

    def __init__(self) -> None:
        self._tabs: dict[Topic, dict[Shows, Right | None]] = defaultdict(dict)
        self._app: rx.App | None = None
        self._has_missed_some = False

    def watch(self, state: rx.State, me: Caller, topic: Topic) -> None:
        """Register the tab of `state`, for as long as `me` may see the topic.

        Loading the page again changes nothing.

        Raises:
            ValueError: it is the topic of another school or person.
        """
        self._tabs[topic][_shown_by(state)] = _right(me, topic)

    def watch_public(self, state: rx.State, topic: Topic) -> None:
        """Register the tab of `state` for what needs no log-in.

        Raises:
            ValueError: it is the topic of a school or a person.
        """
        if topic.partition(":")[0] in (SCHOOL, SYNC, USER):
            raise ValueError(f"{topic} is not public.")
        self._tabs[topic][_shown_by(state)] = None

    def unwatch(self, state: rx.State) -> None:
        """Forget every topic this State's tab was registered for."""
        token = state.router.session.client_token
        self._drop(lambda tab: (tab.token, tab.state_class) == (token, type(state)))

    def forget(self, state: rx.State) -> None:
        """Forget everything the tab of `state` shows, whichever States show it."""
        token = state.router.session.client_token
        self._drop(lambda tab: tab.token == token)

    def watching(self, state: rx.State, topic: Topic) -> Callable[[], bool]:
        """A question to ask later: does this tab still show this topic?"""
        tab = _shown_by(state)
        return lambda: self.shows(tab, topic)

    def watched(self, state_class: type[rx.State]) -> set[Topic]:
        """The topics that open tabs show by way of `state_class`."""
        # Asked again and again, so that tabs that closed are forgotten on the way.
        return {
            topic
            for topic in list(self._tabs)
            if any(tab.state_class is state_class for tab in self.showing(topic))
        }

    async def run(self, app: rx.App, pubsub: PubSub, find: FindCallers) -> None:
        """Push announced changes until cancelled. Once more after an error, it catches up."""
        self._app = app
        try:
            async with pubsub.listen() as topics, asyncio.TaskGroup() as tasks:
                if self._has_missed_some:
                    topics.put_nowait(EVERYTHING)
                    self._has_missed_some = False
                pushes = Pushes(app, self, find, tasks)
                tasks.create_task(_check_again_and_again(pushes))
                while True:
                    topic = await topics.get()
                    for each in list(self._tabs) if topic == EVERYTHING else [topic]:
                        pushes.begin(each)
        except Exception:
            self._has_missed_some = True
            raise

    def topics(self) -> list[Topic]:
        """Everything any tab shows."""
        return list(self._tabs)

    def showing(self, topic: Topic) -> dict[Shows, Right | None]:
        """The open tabs that show a topic, and by what right."""
        if topic not in self._tabs:
            return {}
        # A tab that closed and comes back loads its page, and registers, again.
        self._tabs[topic] = {
            tab: right for tab, right in self._tabs[topic].items() if self.is_open(tab)
        }
        if not self._tabs[topic]:
            del self._tabs[topic]
        return dict(self._tabs.get(topic, ()))

    def shows(self, tab: Shows, topic: Topic) -> bool:
        """Whether this tab is open and still shows it."""
        return tab in self._tabs.get(topic, ()) and self.is_open(tab)

    def shows_anything(self, tab: Shows) -> bool:
        """Whether this tab shows anything by way of that State."""
        return any(tab in tabs for tabs in self._tabs.values())

    def withdraw(self, token: str, right: Right) -> set[Shows]:
        """Forget what a tab shows by this right; returns what that was."""
        lost = {
            tab
            for tabs in self._tabs.values()
            for tab, held in tabs.items()
            if tab.token == token and held is not None and held.session_id == right.session_id
        }
        self._drop(lost.__contains__)
        return lost

    def is_open(self, tab: Shows) -> bool:
        """Whether the tab is connected by the socket it registered with."""
        namespace = self._app.event_namespace if self._app else None
        return namespace is not None and namespace.sid_to_token.get(tab.socket) == tab.token

    def _drop(self, is_meant: Callable[[Shows], bool]) -> None:
        for topic, tabs in self._tabs.items():
            self._tabs[topic] = {tab: right for tab, right in tabs.items() if not is_meant(tab)}


async def _check_again_and_again(pushes: Pushes) -> None:
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        await pushes.check()


def _right(me: Caller, topic: Topic) -> Right:
    kind, _, number = topic.partition(":")
    if kind == USER:
        # The person's own news, whichever school they look at.
        if number != str(me.user_id):
            raise ValueError(f"{topic} is another person's.")
        return Right(me.session_id, me.user_id, None)
    if kind in (SCHOOL, SYNC) and number != str(me.school_id):
        raise ValueError(f"{topic} is another school's.")
    return Right(me.session_id, me.user_id, me.school_id)


def _shown_by(state: rx.State) -> Shows:
    session = state.router.session
    return Shows(session.client_token, session.session_id, type(state))


tabs = LiveTabs()
