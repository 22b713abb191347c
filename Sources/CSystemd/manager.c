#include "CSystemd.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is used of libsystemd, as sd-bus(3) documents it: its headers are not needed to build.
typedef struct sd_bus sd_bus;
typedef struct sd_bus_message sd_bus_message;
typedef struct {
    const char *name;
    const char *message;
    int need_free;
} sd_bus_error;

static struct {
    int (*bus_new)(sd_bus **);
    int (*set_address)(sd_bus *, const char *);
    int (*start)(sd_bus *);
    int (*open_system)(sd_bus **);
    sd_bus *(*flush_close_unref)(sd_bus *);
    int (*call)(sd_bus *, sd_bus_message *, uint64_t, sd_bus_error *, sd_bus_message **);
    int (*new_method_call)(sd_bus *, sd_bus_message **, const char *, const char *, const char *, const char *);
    sd_bus_message *(*message_unref)(sd_bus_message *);
    int (*append_basic)(sd_bus_message *, char, const void *);
    int (*append_array)(sd_bus_message *, char, const void *, size_t);
    int (*open_container)(sd_bus_message *, char, const char *);
    int (*close_container)(sd_bus_message *);
    void (*error_free)(sd_bus_error *);
    int (*path_encode)(const char *, const char *, char **);
    int (*get_property_string)(sd_bus *, const char *, const char *, const char *, const char *, sd_bus_error *, char **);
} sd;

// Guards `sd`, which is written once.
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static int loaded;

struct martlet_systemd_bus {
    sd_bus *bus;
};

static const char destination[] = "org.freedesktop.systemd1";
static const char manager_path[] = "/org/freedesktop/systemd1";
static const char manager[] = "org.freedesktop.systemd1.Manager";

static int say(char *error, int code, const char *name, const char *message) {
    snprintf(error, MARTLET_SYSTEMD_ERROR, "%s%s%s", name ? name : "", name ? ": " : "", message ? message : "");
    return code;
}

static int load_all(char *error) {
    void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) return say(error, -ELIBACC, NULL, dlerror());
    const struct {
        void **function;
        const char *name;
    } table[] = {
        {(void **)&sd.bus_new, "sd_bus_new"},
        {(void **)&sd.set_address, "sd_bus_set_address"},
        {(void **)&sd.start, "sd_bus_start"},
        {(void **)&sd.open_system, "sd_bus_open_system"},
        {(void **)&sd.flush_close_unref, "sd_bus_flush_close_unref"},
        {(void **)&sd.call, "sd_bus_call"},
        {(void **)&sd.new_method_call, "sd_bus_message_new_method_call"},
        {(void **)&sd.message_unref, "sd_bus_message_unref"},
        {(void **)&sd.append_basic, "sd_bus_message_append_basic"},
        {(void **)&sd.append_array, "sd_bus_message_append_array"},
        {(void **)&sd.open_container, "sd_bus_message_open_container"},
        {(void **)&sd.close_container, "sd_bus_message_close_container"},
        {(void **)&sd.error_free, "sd_bus_error_free"},
        {(void **)&sd.path_encode, "sd_bus_path_encode"},
        {(void **)&sd.get_property_string, "sd_bus_get_property_string"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        *table[i].function = dlsym(library, table[i].name);
        if (!*table[i].function) {
            dlclose(library);
            return say(error, -ELIBBAD, "libsystemd.so.0 lacks", table[i].name);
        }
    }
    return 0;
}

static int load(char *error) {
    pthread_mutex_lock(&loading);
    int result = loaded ? 0 : load_all(error);
    if (result == 0) loaded = 1;
    pthread_mutex_unlock(&loading);
    return result;
}

// The manager's own socket is root's, and there before the message bus; it addresses nobody by name.
static int open_private(sd_bus **bus) {
    int result = sd.bus_new(bus);
    if (result < 0) return result;
    result = sd.set_address(*bus, "unix:path=/run/systemd/private");
    if (result >= 0) result = sd.start(*bus);
    if (result >= 0) return 0;
    *bus = sd.flush_close_unref(*bus);
    return result;
}

int martlet_systemd_open(struct martlet_systemd_bus **out, char *error) {
    int result = load(error);
    if (result < 0) return result;
    sd_bus *bus = NULL;
    result = open_private(&bus);
    if (result < 0) result = sd.open_system(&bus);
    if (result < 0) return say(error, result, "systemd's manager can't be reached", strerror(-result));
    *out = malloc(sizeof **out);
    if (!*out) {
        sd.flush_close_unref(bus);
        return say(error, -ENOMEM, NULL, "out of memory");
    }
    (*out)->bus = bus;
    return 0;
}

void martlet_systemd_close(struct martlet_systemd_bus *bus) {
    sd.flush_close_unref(bus->bus);
    free(bus);
}

static int append_value(sd_bus_message *message, const struct martlet_systemd_property *property) {
    int result;
    int boolean = property->number != 0;
    uint32_t word = (uint32_t)property->number;
    static const char *const signatures[] = {"s", "t", "b", "au", "ay", "a(ss)"};
    const char *place = strchr("stbuyd", property->type);
    if (!place) return -EINVAL;
    result = sd.open_container(message, 'v', signatures[place - "stbuyd"]);
    if (result < 0) return result;
    switch (property->type) {
        case 's': result = sd.append_basic(message, 's', property->text); break;
        case 't': result = sd.append_basic(message, 't', &property->number); break;
        case 'b': result = sd.append_basic(message, 'b', &boolean); break;
        case 'u': result = sd.append_array(message, 'u', &word, sizeof word); break;
        case 'y': result = sd.append_array(message, 'y', property->bytes, property->byte_count); break;
        default:
            result = sd.open_container(message, 'a', "(ss)");
            for (size_t i = 0; result >= 0 && i + 1 < property->pair_count; i += 2) {
                result = sd.open_container(message, 'r', "ss");
                if (result >= 0) result = sd.append_basic(message, 's', property->pairs[i]);
                if (result >= 0) result = sd.append_basic(message, 's', property->pairs[i + 1]);
                if (result >= 0) result = sd.close_container(message);
            }
            if (result >= 0) result = sd.close_container(message);
    }
    return result < 0 ? result : sd.close_container(message);
}

static int append_properties(sd_bus_message *message, const struct martlet_systemd_property *properties, size_t count) {
    int result = sd.open_container(message, 'a', "(sv)");
    for (size_t i = 0; result >= 0 && i < count; i++) {
        result = sd.open_container(message, 'r', "sv");
        if (result >= 0) result = sd.append_basic(message, 's', properties[i].name);
        if (result >= 0) result = append_value(message, &properties[i]);
        if (result >= 0) result = sd.close_container(message);
    }
    return result < 0 ? result : sd.close_container(message);
}

// Sends what was built, if it could be, and frees it.
static int send_and_free(struct martlet_systemd_bus *bus, sd_bus_message *message, int result, char *error) {
    sd_bus_error failure = {NULL, NULL, 0};
    // 25 seconds: a manager that reloads does not answer meanwhile.
    if (result >= 0) result = sd.call(bus->bus, message, 25 * 1000000ULL, &failure, NULL);
    if (result < 0) say(error, result, failure.name, failure.message ? failure.message : strerror(-result));
    sd.error_free(&failure);
    sd.message_unref(message);
    return result < 0 ? result : 0;
}

static int new_call(struct martlet_systemd_bus *bus, sd_bus_message **message, const char *method, const char *unit) {
    int result = sd.new_method_call(bus->bus, message, destination, manager_path, manager, method);
    return result < 0 ? result : sd.append_basic(*message, 's', unit);
}

int martlet_systemd_start_unit(struct martlet_systemd_bus *bus, const char *unit,
                               const struct martlet_systemd_property *properties, size_t count, char *error) {
    sd_bus_message *message = NULL;
    int result = new_call(bus, &message, "StartTransientUnit", unit);
    if (result >= 0) result = sd.append_basic(message, 's', "replace");
    if (result >= 0) result = append_properties(message, properties, count);
    // No auxiliary units.
    if (result >= 0) result = sd.open_container(message, 'a', "(sa(sv))");
    if (result >= 0) result = sd.close_container(message);
    return send_and_free(bus, message, result, error);
}

int martlet_systemd_set_properties(struct martlet_systemd_bus *bus, const char *unit,
                                   const struct martlet_systemd_property *properties, size_t count, char *error) {
    sd_bus_message *message = NULL;
    int runtime = 1;
    int result = new_call(bus, &message, "SetUnitProperties", unit);
    if (result >= 0) result = sd.append_basic(message, 'b', &runtime);
    if (result >= 0) result = append_properties(message, properties, count);
    return send_and_free(bus, message, result, error);
}

int martlet_systemd_stop_unit(struct martlet_systemd_bus *bus, const char *unit, char *error) {
    sd_bus_message *message = NULL;
    int result = new_call(bus, &message, "StopUnit", unit);
    if (result >= 0) result = sd.append_basic(message, 's', "replace");
    return send_and_free(bus, message, result, error);
}

int martlet_systemd_reset_unit(struct martlet_systemd_bus *bus, const char *unit, char *error) {
    sd_bus_message *message = NULL;
    int result = new_call(bus, &message, "ResetFailedUnit", unit);
    return send_and_free(bus, message, result, error);
}

int martlet_systemd_state(struct martlet_systemd_bus *bus, const char *unit, char *state, size_t size, char *error) {
    char *path = NULL, *found = NULL;
    sd_bus_error failure = {NULL, NULL, 0};
    int result = sd.path_encode("/org/freedesktop/systemd1/unit", unit, &path);
    if (result >= 0)
        result = sd.get_property_string(bus->bus, destination, path, "org.freedesktop.systemd1.Unit", "ActiveState",
                                        &failure, &found);
    if (result >= 0) snprintf(state, size, "%s", found);
    if (result < 0) say(error, result, failure.name, failure.message ? failure.message : strerror(-result));
    sd.error_free(&failure);
    free(path);
    free(found);
    return result < 0 ? result : 0;
}
