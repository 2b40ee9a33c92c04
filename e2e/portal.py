"""Answers Chromium's own save dialogs where there is no screen: the part of a desktop that it asks for them on Linux.

Runs on a bus of its own, under ``dbus-run-session``. Its first line on standard output is the bus's address, for the browser's
``DBUS_SESSION_BUS_ADDRESS``; each dialog then adds the name that the page suggested, as JSON. Each line on standard input
answers one dialog: the path to save as, or null for a person who cancels. It ends with its standard input.
"""

import json
import os
import sys
from collections import deque

from gi.repository import Gio, GLib

NAME, DESKTOP = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
CHOSEN, CANCELLED = 0, 1
THINKING_MS = 50
INTERFACE = """
<node>
  <interface name="org.freedesktop.portal.FileChooser">
    <method name="SaveFile">
      <arg type="s" name="parent" direction="in"/>
      <arg type="s" name="title" direction="in"/>
      <arg type="a{sv}" name="options" direction="in"/>
      <arg type="o" name="handle" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
</node>
"""

answers: deque[str | None] = deque()
loop = GLib.MainLoop()


def say(line: str) -> None:
    print(line, flush=True)


def save_file(connection: Gio.DBusConnection, sender: str, *call: object) -> None:
    *_, parameters, invocation = call
    _parent, _title, options = parameters.unpack()
    request = f"{DESKTOP}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
    invocation.return_value(GLib.Variant("(o)", (request,)))

    def respond() -> bool:
        path = answers.popleft()
        results = {"uris": GLib.Variant("as", [GLib.filename_to_uri(path, None)])} if path else {}
        response = GLib.Variant("(ua{sv})", (CHOSEN if path else CANCELLED, results))
        connection.emit_signal(sender, request, "org.freedesktop.portal.Request", "Response", response)
        return GLib.SOURCE_REMOVE

    say(json.dumps(options.get("current_name")))
    GLib.timeout_add(THINKING_MS, respond)


def answer_comes(_source: int, _condition: GLib.IOCondition) -> bool:
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return GLib.SOURCE_REMOVE
    answers.append(json.loads(line))
    return GLib.SOURCE_CONTINUE


def version(*_asked: object) -> GLib.Variant:
    return GLib.Variant("u", 4)


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
chooser = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
bus.register_object(DESKTOP, chooser, save_file, version, None)
Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: say(os.environ["DBUS_SESSION_BUS_ADDRESS"]), None)
GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, answer_comes)
loop.run()
