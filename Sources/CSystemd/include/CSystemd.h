#ifndef MARTLET_CSYSTEMD_H
#define MARTLET_CSYSTEMD_H

// systemd's manager over D-Bus, through libsystemd's sd-bus (sd-bus(3), org.freedesktop.systemd1(5)).
//
// The library is loaded when the first call is made: nodes without it, and shims that do not use systemd, do not pay
// for it. Calls answer 0 or more, or a negative errno, with words in `error`, which has room for MARTLET_SYSTEMD_ERROR
// bytes; a bus name of the error comes first, when there is one. Safe from any thread, each bus by one at a time.

#include <stddef.h>
#include <stdint.h>

#define MARTLET_SYSTEMD_ERROR 512

struct martlet_systemd_bus;

// A property of a unit, by how D-Bus types it.
struct martlet_systemd_property {
    const char *name;
    // 's' string, 't' u64, 'b' boolean, 'u' array of one u32, 'y' array of bytes, 'd' DeviceAllow: a(ss)
    char type;
    uint64_t number;
    const char *text;
    const uint8_t *bytes;
    size_t byte_count;
    // Pairs of a device and its permissions.
    const char *const *pairs;
    size_t pair_count;
};

// Connects to the manager itself, which needs no message bus, or else through the system's bus. The caller closes it.
int martlet_systemd_open(struct martlet_systemd_bus **bus, char *error);
void martlet_systemd_close(struct martlet_systemd_bus *bus);

// StartTransientUnit with job mode "replace"; the job is under way when this answers.
int martlet_systemd_start_unit(struct martlet_systemd_bus *bus, const char *unit,
                               const struct martlet_systemd_property *properties, size_t count, char *error);
// SetUnitProperties, until the next boot.
int martlet_systemd_set_properties(struct martlet_systemd_bus *bus, const char *unit,
                                   const struct martlet_systemd_property *properties, size_t count, char *error);
// StopUnit and ResetFailedUnit.
int martlet_systemd_stop_unit(struct martlet_systemd_bus *bus, const char *unit, char *error);
int martlet_systemd_reset_unit(struct martlet_systemd_bus *bus, const char *unit, char *error);
// ActiveState of a unit, loaded or not, into `state`.
int martlet_systemd_state(struct martlet_systemd_bus *bus, const char *unit, char *state, size_t size, char *error);

#endif
