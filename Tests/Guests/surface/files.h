// Of files.c: the canonical ABI of wasi:filesystem.
#define FILES(name) IMPORT("wasi:filesystem/types@0.2.0", name)
#define METHOD(name) FILES("[method]descriptor." name)

typedef struct {
    int32_t descriptor;
    string name;
} directory;

typedef struct {
    directory *items;
    size_t count;
} directory_list;

IMPORT("wasi:filesystem/preopens@0.2.0", "get-directories") void get_directories(directory_list *);
METHOD("read-via-stream") void file_input(int32_t, uint64_t, result *);
METHOD("write-via-stream") void file_output(int32_t, uint64_t, result *);
METHOD("append-via-stream") void file_append(int32_t, result *);
METHOD("advise") void file_advise(int32_t, uint64_t, uint64_t, int32_t, result *);
METHOD("sync-data") void file_sync_data(int32_t, result *);
METHOD("get-flags") void file_flags(int32_t, result *);
METHOD("get-type") void file_type(int32_t, result *);
METHOD("set-size") void file_set_size(int32_t, uint64_t, result *);
METHOD("set-times")
void file_set_times(int32_t, int32_t, uint64_t, uint32_t, int32_t, uint64_t, uint32_t, result *);
METHOD("read") void file_read(int32_t, uint64_t, uint64_t, result *);
METHOD("write") void file_write(int32_t, const char *, size_t, uint64_t, result *);
METHOD("read-directory") void file_entries(int32_t, result *);
METHOD("sync") void file_sync(int32_t, result *);
METHOD("create-directory-at") void path_make_directory(int32_t, const char *, size_t, result *);
METHOD("stat") void file_stat(int32_t, result *);
METHOD("stat-at") void path_stat(int32_t, int32_t, const char *, size_t, result *);
METHOD("set-times-at")
void path_set_times(
    int32_t, int32_t, const char *, size_t, int32_t, uint64_t, uint32_t, int32_t, uint64_t, uint32_t, result *);
METHOD("link-at")
void path_link(int32_t, int32_t, const char *, size_t, int32_t, const char *, size_t, result *);
METHOD("open-at") void path_open(int32_t, int32_t, const char *, size_t, int32_t, int32_t, result *);
METHOD("readlink-at") void path_read_link(int32_t, const char *, size_t, result *);
METHOD("remove-directory-at") void path_remove_directory(int32_t, const char *, size_t, result *);
METHOD("rename-at") void path_rename(int32_t, const char *, size_t, int32_t, const char *, size_t, result *);
METHOD("symlink-at") void path_symlink(int32_t, const char *, size_t, const char *, size_t, result *);
METHOD("unlink-file-at") void path_unlink(int32_t, const char *, size_t, result *);
METHOD("is-same-object") int32_t file_same(int32_t, int32_t);
METHOD("metadata-hash") void file_hash(int32_t, result *);
METHOD("metadata-hash-at") void path_hash(int32_t, int32_t, const char *, size_t, result *);
FILES("[resource-drop]descriptor") void file_drop(int32_t);
FILES("[method]directory-entry-stream.read-directory-entry") void entries_next(int32_t, result *);
FILES("[resource-drop]directory-entry-stream") void entries_drop(int32_t);
FILES("filesystem-error-code") void file_error(int32_t, result *);
