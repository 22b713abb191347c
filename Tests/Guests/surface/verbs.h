// Of files.c: what a line can ask for.
// MARK: Verbs

typedef struct {
    int32_t which;
    uint64_t seconds;
    uint32_t nanoseconds;
} new_time;

// - as it is, now, or seconds.nanoseconds
static new_time time(size_t i) {
    string text = word(i);
    if (same(text, "-"))
        return (new_time){0, 0, 0};
    if (same(text, "now"))
        return (new_time){1, 0, 0};
    size_t point = 0;
    while (point < text.length && text.bytes[point] != '.')
        point++;
    new_time made = {2, number((string){text.bytes, point}), 0};
    if (point < text.length)
        made.nanoseconds = (uint32_t)number((string){text.bytes + point + 1, text.length - point - 1});
    return made;
}

static int is_before(string a, string b) {
    for (size_t i = 0; i < a.length && i < b.length; i++)
        if (a.bytes[i] != b.bytes[i])
            return (uint8_t)a.bytes[i] < (uint8_t)b.bytes[i];
    return a.length < b.length;
}

// The names in a directory, in the order of the alphabet; or their number alone, and that of those of whole names.
static void list_entries(int counts) {
    static string names[512];
    static uint8_t kinds[512];
    size_t count = 0, bytes = 0;
    file_entries(thing(1), place());
    if (failed(4))
        return;
    int32_t entries = (int32_t)got.word[1];
    for (;;) {
        if (counts)
            used = 0;
        entries_next(entries, place());
        if (got.byte[0]) {
            say("(");
            failed(4);
            say(") ");
            continue;
        }
        if (!got.byte[4])
            break;
        string name = {(char *)(uintptr_t)got.word[3], got.word[4]};
        count++;
        bytes += name.length;
        if (counts)
            continue;
        size_t at = count - 1;
        for (; at > 0 && is_before(name, names[at - 1]); at--) {
            names[at] = names[at - 1];
            kinds[at] = kinds[at - 1];
        }
        names[at] = name;
        kinds[at] = got.byte[8];
    }
    entries_drop(entries);
    say_number(count);
    if (counts) {
        say(" bytes ");
        say_number(bytes);
    }
    for (size_t i = 0; !counts && i < count; i++) {
        say(" ");
        say_text(names[i]);
        say(":");
        say(types[kinds[i]]);
    }
}

static void dirs(void) {
    directory_list list;
    get_directories(&list);
    for (size_t i = 0; i < list.count; i++) {
        things[i & 63] = list.items[i].descriptor;
        if (i)
            say(" ");
        say_text(list.items[i].name);
    }
}

static void say_hashes(void) {
    file_hash(thing(1), place());
    if (failed(8))
        return;
    uint64_t low = got.longer[1], high = got.longer[2];
    path_hash(thing(2), (int32_t)value(3), word(4).bytes, word(4).length, place());
    if (!failed(8))
        say(low == got.longer[1] && high == got.longer[2] ? "equal" : "different");
}

// Whether it was a verb of descriptors.
static int files(string verb) {
    if (same(verb, "dirs"))
        dirs();
    else if (same(verb, "open")) { // new, directory, follow, path, open flags, flags
        path_open(thing(2), (int32_t)value(3), word(4).bytes, word(4).length, (int32_t)value(5), (int32_t)value(6), place());
        keep(1);
    } else if (same(verb, "close")) {
        file_drop(thing(1));
        say("ok");
    } else if (same(verb, "read")) { // file, count, offset
        file_read(thing(1), value(2), value(3), place());
        if (!failed(4)) {
            say_bytes((string){(char *)(uintptr_t)got.word[1], got.word[2]});
            say(got.byte[12] ? " end" : "");
        }
    } else if (same(verb, "size")) { // of what is read: file, count, offset
        file_read(thing(1), value(2), value(3), place());
        if (!failed(4))
            say_number(got.word[2]);
    } else if (same(verb, "write")) { // file, offset, text
        file_write(thing(1), word(3).bytes, word(3).length, value(2), place());
        if (!failed(8))
            say_number(got.longer[1]);
    } else if (same(verb, "flags")) {
        file_flags(thing(1), place());
        if (!failed(1))
            say_number(got.byte[1]);
    } else if (same(verb, "type")) {
        file_type(thing(1), place());
        if (!failed(1))
            say(got.byte[1] < 8 ? types[got.byte[1]] : "?");
    } else if (same(verb, "resize")) { // file, size
        file_set_size(thing(1), value(2), place());
        say_done();
    } else if (same(verb, "sync")) {
        file_sync(thing(1), place());
        say_done();
    } else if (same(verb, "sync-data")) {
        file_sync_data(thing(1), place());
        say_done();
    } else if (same(verb, "advise")) { // file, offset, count, advice
        file_advise(thing(1), value(2), value(3), (int32_t)value(4), place());
        say_done();
    } else if (same(verb, "times")) { // file, accessed, modified
        new_time a = time(2), b = time(3);
        file_set_times(
            thing(1), a.which, a.seconds, a.nanoseconds, b.which, b.seconds, b.nanoseconds, place());
        say_done();
    } else if (same(verb, "stat")) {
        file_stat(thing(1), place());
        say_stat();
    } else if (same(verb, "same")) {
        say(file_same(thing(1), thing(2)) ? "yes" : "no");
    } else if (same(verb, "hash")) { // file; directory, follow, path
        say_hashes();
    } else if (same(verb, "list")) {
        list_entries(0);
    } else if (same(verb, "count")) {
        list_entries(1);
    } else {
        return 0;
    }
    return 1;
}

// Whether it was a verb of paths.
static int paths(string verb) {
    if (same(verb, "stat-at")) { // directory, follow, path
        path_stat(thing(1), (int32_t)value(2), word(3).bytes, word(3).length, place());
        say_stat();
    } else if (same(verb, "times-at")) { // directory, follow, path, accessed, modified
        new_time a = time(4), b = time(5);
        path_set_times(thing(1), (int32_t)value(2), word(3).bytes, word(3).length, a.which, a.seconds, a.nanoseconds,
                       b.which, b.seconds, b.nanoseconds, place());
        say_done();
    } else if (same(verb, "mkdir")) { // directory, path
        path_make_directory(thing(1), word(2).bytes, word(2).length, place());
        say_done();
    } else if (same(verb, "rmdir")) {
        path_remove_directory(thing(1), word(2).bytes, word(2).length, place());
        say_done();
    } else if (same(verb, "unlink")) {
        path_unlink(thing(1), word(2).bytes, word(2).length, place());
        say_done();
    } else if (same(verb, "readlink")) {
        path_read_link(thing(1), word(2).bytes, word(2).length, place());
        if (!failed(4))
            say_bytes((string){(char *)(uintptr_t)got.word[1], got.word[2]});
    } else if (same(verb, "symlink")) { // directory, target, path
        path_symlink(thing(1), word(2).bytes, word(2).length, word(3).bytes, word(3).length, place());
        say_done();
    } else if (same(verb, "link")) { // directory, follow, path, directory, path
        path_link(thing(1), (int32_t)value(2), word(3).bytes, word(3).length, thing(4), word(5).bytes, word(5).length,
                  place());
        say_done();
    } else if (same(verb, "rename")) { // directory, path, directory, path
        path_rename(thing(1), word(2).bytes, word(2).length, thing(3), word(4).bytes, word(4).length, place());
        say_done();
    } else {
        return 0;
    }
    return 1;
}

// Of streams; the rest is a mistake.
static void streams(string verb) {
    if (same(verb, "input")) { // new, file, offset
        file_input(thing(2), value(3), place());
        keep(1);
    } else if (same(verb, "output")) { // new, file, offset
        file_output(thing(2), value(3), place());
        keep(1);
    } else if (same(verb, "append")) { // new, file
        file_append(thing(2), place());
        keep(1);
    } else if (same(verb, "take")) { // input, count
        wait(input_subscribe(thing(1)));
        input_blocking_read(thing(1), value(2), place());
        if (got.byte[0])
            stream_end(4);
        else
            say_bytes((string){(char *)(uintptr_t)got.word[1], got.word[2]});
    } else if (same(verb, "skip")) { // input, count
        input_blocking_skip(thing(1), value(2), place());
        say_count();
    } else if (same(verb, "end-input")) {
        input_drop(thing(1));
        say("ok");
    } else if (same(verb, "put")) { // output, text
        wait(output_subscribe(thing(1)));
        output_blocking_write(thing(1), word(2).bytes, word(2).length, place());
        say_written();
    } else if (same(verb, "put-later")) { // output, text: without a wait
        output_check(thing(1), place());
        if (got.byte[0]) {
            stream_end(8);
            return;
        }
        output_write(thing(1), word(2).bytes, word(2).length, place());
        if (!got.byte[0])
            output_blocking_flush(thing(1), place());
        say_written();
    } else if (same(verb, "zeroes")) { // output, count
        output_blocking_zeroes(thing(1), value(2), place());
        say_written();
    } else if (same(verb, "check")) {
        output_check(thing(1), place());
        say_count();
    } else if (same(verb, "flush")) {
        output_blocking_flush(thing(1), place());
        say_written();
    } else if (same(verb, "splice")) { // output, input, count
        output_blocking_splice(thing(1), thing(2), value(3), place());
        say_count();
    } else if (same(verb, "end-output")) {
        output_drop(thing(1));
        say("ok");
    } else {
        __builtin_trap();
    }
}
