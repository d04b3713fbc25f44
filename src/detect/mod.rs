//! Rules meet events: holds every event, seen through its view, against the rules it has earned.
