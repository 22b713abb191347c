// What Martlet uses of the C API of wasmtime 47.0.1, in our own declarations: the wheel that the
// library comes from carries no headers, and those of another version do not fit (signatures and sizes
// differ). Tests/WasmTests holds every line below against the wheel's own `_bindings.py`; for that, names are
// spelled as there, and each function is one statement that ends with `);`.
#ifndef MARTLET_CWASMTIME_H
#define MARTLET_CWASMTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Opaque types: only ever behind a pointer.
typedef struct wasm_config_t wasm_config_t;
typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_valtype_t wasm_valtype_t;
typedef struct wasm_functype_t wasm_functype_t;
typedef struct wasm_externtype_t wasm_externtype_t;
typedef struct wasm_importtype_t wasm_importtype_t;
typedef struct wasm_exporttype_t wasm_exporttype_t;
typedef struct wasm_frame_t wasm_frame_t;
typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasi_config_t wasi_config_t;
typedef struct wasmtime_error_t wasmtime_error_t;
typedef struct wasmtime_module_t wasmtime_module_t;
typedef struct wasmtime_store_t wasmtime_store_t;
typedef struct wasmtime_context_t wasmtime_context_t;
typedef struct wasmtime_linker_t wasmtime_linker_t;
typedef struct wasmtime_caller_t wasmtime_caller_t;
typedef struct wasmtime_instance_pre_t wasmtime_instance_pre_t;
typedef struct wasmtime_guestprofiler_t wasmtime_guestprofiler_t;
typedef struct wasmtime_pooling_allocation_config_t wasmtime_pooling_allocation_config_t;
typedef struct wasmtime_component_t wasmtime_component_t;
typedef struct wasmtime_component_type_t wasmtime_component_type_t;
typedef struct wasmtime_component_instance_type_t wasmtime_component_instance_type_t;
typedef struct wasmtime_component_func_type_t wasmtime_component_func_type_t;
typedef struct wasmtime_component_export_index_t wasmtime_component_export_index_t;
typedef struct wasmtime_component_linker_t wasmtime_component_linker_t;
typedef struct wasmtime_component_linker_instance_t wasmtime_component_linker_instance_t;
typedef struct wasmtime_component_resource_type_t wasmtime_component_resource_type_t;
typedef struct wasmtime_component_resource_any_t wasmtime_component_resource_any_t;
typedef struct wasmtime_component_resource_host_t wasmtime_component_resource_host_t;

typedef uint8_t wasm_byte_t;

// Vectors. The callee that fills one owns nothing of it afterwards: the caller deletes it.
typedef struct wasm_byte_vec_t {
  size_t size;
  uint8_t *data;
} wasm_byte_vec_t;
typedef wasm_byte_vec_t wasm_name_t;
typedef wasm_byte_vec_t wasm_message_t;

typedef struct wasm_valtype_vec_t {
  size_t size;
  wasm_valtype_t **data;
} wasm_valtype_vec_t;

typedef struct wasm_importtype_vec_t {
  size_t size;
  wasm_importtype_t **data;
} wasm_importtype_vec_t;

typedef struct wasm_exporttype_vec_t {
  size_t size;
  wasm_exporttype_t **data;
} wasm_exporttype_vec_t;

typedef struct wasm_frame_vec_t {
  size_t size;
  wasm_frame_t **data;
} wasm_frame_vec_t;

// Scalars.
typedef uint8_t wasm_valkind_t;
typedef uint8_t wasm_externkind_t;
typedef uint8_t wasmtime_extern_kind_t;
typedef uint8_t wasmtime_valkind_t;
typedef uint8_t wasmtime_trap_code_t;
typedef uint8_t wasmtime_opt_level_t;
typedef uint8_t wasmtime_profiling_strategy_t;
typedef uint8_t wasmtime_update_deadline_kind_t;
typedef uint8_t wasmtime_component_item_kind_t;
typedef uint8_t wasmtime_component_valkind_t;
typedef uint8_t wasmtime_component_valtype_kind_t;
typedef size_t wasi_dir_perms;
typedef size_t wasi_file_perms;

// Handles into a store. They are plain values; the store must outlive them.
typedef struct wasmtime_func_t {
  uint64_t store_id;
  void *__private;
} wasmtime_func_t;

typedef struct wasmtime_instance_t {
  uint64_t store_id;
  size_t __private;
} wasmtime_instance_t;

typedef struct wasmtime_memory_anon_0 {
  uint64_t store_id;
  uint32_t __private1;
} wasmtime_memory_anon_0;

typedef struct wasmtime_memory_t {
  wasmtime_memory_anon_0 _anon_1;
  uint32_t __private2;
} wasmtime_memory_t;

// An export: of its kinds only functions and memories are used, so the room of the others is what counts.
typedef union wasmtime_extern_union_t {
  wasmtime_func_t func;
  wasmtime_memory_t memory;
  uint64_t room[3];
} wasmtime_extern_union_t;

typedef struct wasmtime_extern_t {
  wasmtime_extern_kind_t kind;
  wasmtime_extern_union_t of;
} wasmtime_extern_t;

// A value of a core function: only integers are looked at.
typedef union wasmtime_valunion_t {
  int32_t i32;
  int64_t i64;
  uint64_t room[3];
} wasmtime_valunion_t;

typedef struct wasmtime_val_t {
  wasmtime_valkind_t kind;
  wasmtime_valunion_t of;
} wasmtime_val_t;

// The same without its kind, as compiled code has it. It is as large and as aligned as a vector.
typedef union wasmtime_val_raw_t {
  int32_t i32;
  int64_t i64;
  uint64_t room[2];
} wasmtime_val_raw_t;

typedef struct wasmtime_component_func_anon_0 {
  uint64_t store_id;
  uint32_t __private1;
} wasmtime_component_func_anon_0;

typedef struct wasmtime_component_func_t {
  wasmtime_component_func_anon_0 _anon_1;
  uint32_t __private2;
} wasmtime_component_func_t;

typedef struct wasmtime_component_instance_t {
  uint64_t store_id;
  uint32_t __private;
} wasmtime_component_instance_t;

typedef union wasmtime_component_item_union_t {
  wasmtime_component_instance_type_t *component_instance;
  wasmtime_component_func_type_t *component_func;
  uint64_t room[2];
} wasmtime_component_item_union_t;

typedef struct wasmtime_component_item_t {
  wasmtime_component_item_kind_t kind;
  wasmtime_component_item_union_t of;
} wasmtime_component_item_t;

typedef struct wasmtime_component_valtype_t {
  wasmtime_component_valtype_kind_t kind;
  uint64_t of;
} wasmtime_component_valtype_t;

typedef struct wasmtime_component_val_t wasmtime_component_val_t;

typedef struct wasmtime_component_valresult_t {
  bool is_ok;
  wasmtime_component_val_t *val;
} wasmtime_component_valresult_t;

typedef struct wasmtime_component_vallist_t {
  size_t size;
  wasmtime_component_val_t *data;
} wasmtime_component_vallist_t;

typedef struct wasmtime_component_valtuple_t {
  size_t size;
  wasmtime_component_val_t *data;
} wasmtime_component_valtuple_t;

typedef struct wasmtime_component_valrecord_entry_t wasmtime_component_valrecord_entry_t;

typedef struct wasmtime_component_valrecord_t {
  size_t size;
  wasmtime_component_valrecord_entry_t *data;
} wasmtime_component_valrecord_t;

typedef struct wasmtime_component_valvariant_t {
  wasm_name_t discriminant;
  wasmtime_component_val_t *val;
} wasmtime_component_valvariant_t;

// Of the flat kinds only those are named that an interface of ours has.
typedef union wasmtime_component_valunion_t {
  bool boolean;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;
  wasm_name_t string;
  wasmtime_component_vallist_t list;
  wasmtime_component_valrecord_t record;
  wasmtime_component_valtuple_t tuple;
  wasmtime_component_valvariant_t variant;
  wasm_name_t enumeration;
  wasmtime_component_val_t *option;
  wasmtime_component_valresult_t result;
  wasmtime_component_resource_any_t *resource;
  uint64_t room[3];
} wasmtime_component_valunion_t;

struct wasmtime_component_val_t {
  wasmtime_component_valkind_t kind;
  wasmtime_component_valunion_t of;
};

struct wasmtime_component_valrecord_entry_t {
  wasm_name_t name;
  wasmtime_component_val_t val;
};

// A module whose functions a profiler names.
typedef struct wasmtime_guestprofiler_modules_t {
  const wasm_name_t *name;
  const wasmtime_module_t *mod;
} wasmtime_guestprofiler_modules_t;

// Functions of ours that a component imports. Arguments and results are freed by the library.
typedef wasmtime_error_t *(*wasmtime_component_func_callback_t)(void *, wasmtime_context_t *, const wasmtime_component_func_type_t *, wasmtime_component_val_t *, size_t, wasmtime_component_val_t *, size_t);
typedef wasmtime_error_t *(*wasmtime_component_resource_destructor_t)(void *, wasmtime_context_t *, uint32_t);

// Functions of ours that a core module imports.
typedef wasm_trap_t *(*wasmtime_func_unchecked_callback_t)(void *, wasmtime_caller_t *, wasmtime_val_raw_t *, size_t);
typedef wasm_trap_t *(*wasmtime_func_callback_t)(void *, wasmtime_caller_t *, const wasmtime_val_t *, size_t, wasmtime_val_t *, size_t);

// Constants. Those that `_bindings.py` does not name are held by tests that run a module.
enum {
  WASM_EXTERN_FUNC = 0,
  WASM_EXTERN_GLOBAL = 1,
  WASM_EXTERN_TABLE = 2,
  WASM_EXTERN_MEMORY = 3,
  WASM_EXTERN_TAG = 4,
  WASMTIME_EXTERN_FUNC = 0,
  WASMTIME_EXTERN_MEMORY = 3,
  WASMTIME_I32 = 0,
  WASMTIME_I64 = 1,
  WASMTIME_OPT_LEVEL_NONE = 0,
  WASMTIME_PROFILING_STRATEGY_JITDUMP = 1,
  WASMTIME_PROFILING_STRATEGY_PERFMAP = 3,
  WASMTIME_UPDATE_DEADLINE_CONTINUE = 0,
  WASMTIME_WASI_DIR_PERMS_READ = 1,
  WASMTIME_WASI_DIR_PERMS_WRITE = 2,
  WASMTIME_WASI_FILE_PERMS_READ = 1,
  WASMTIME_WASI_FILE_PERMS_WRITE = 2,
  WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE = 1,
  WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC = 3,
  WASMTIME_COMPONENT_VALKIND_BOOL = 0,
  WASMTIME_COMPONENT_VALKIND_U8 = 2,
  WASMTIME_COMPONENT_VALKIND_U16 = 4,
  WASMTIME_COMPONENT_VALKIND_U32 = 6,
  WASMTIME_COMPONENT_VALKIND_U64 = 8,
  WASMTIME_COMPONENT_VALKIND_STRING = 12,
  WASMTIME_COMPONENT_VALKIND_LIST = 13,
  WASMTIME_COMPONENT_VALKIND_RECORD = 14,
  WASMTIME_COMPONENT_VALKIND_TUPLE = 15,
  WASMTIME_COMPONENT_VALKIND_VARIANT = 16,
  WASMTIME_COMPONENT_VALKIND_ENUM = 17,
  WASMTIME_COMPONENT_VALKIND_OPTION = 18,
  WASMTIME_COMPONENT_VALKIND_RESULT = 19,
  WASMTIME_COMPONENT_VALKIND_RESOURCE = 21,
};

// Bytes, errors, traps and their frames.
void wasm_byte_vec_delete(wasm_byte_vec_t *);
void wasm_byte_vec_new(wasm_byte_vec_t *, size_t, const wasm_byte_t *);
void wasm_byte_vec_new_uninitialized(wasm_byte_vec_t *, size_t);
wasmtime_error_t *wasmtime_error_new(const char *);
void wasmtime_error_delete(wasmtime_error_t *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_name_t *);
bool wasmtime_error_exit_status(const wasmtime_error_t *, int *);
void wasmtime_error_wasm_trace(const wasmtime_error_t *, wasm_frame_vec_t *);
void wasm_trap_delete(wasm_trap_t *);
void wasm_trap_message(const wasm_trap_t *, wasm_message_t *);
void wasm_trap_trace(const wasm_trap_t *, wasm_frame_vec_t *);
bool wasmtime_trap_code(const wasm_trap_t *, wasmtime_trap_code_t *);
void wasm_frame_vec_delete(wasm_frame_vec_t *);
uint32_t wasm_frame_func_index(const wasm_frame_t *);
size_t wasm_frame_module_offset(const wasm_frame_t *);
const wasm_name_t *wasmtime_frame_func_name(const wasm_frame_t *);
const wasm_name_t *wasmtime_frame_module_name(const wasm_frame_t *);
wasmtime_error_t *wasmtime_wat2wasm(const char *, size_t, wasm_byte_vec_t *);

// Memories of the host's.
typedef struct wasm_memorytype_t wasm_memorytype_t;
typedef uint8_t *(*wasmtime_memory_get_callback_t)(void *, size_t *, size_t *);
typedef wasmtime_error_t *(*wasmtime_memory_grow_callback_t)(void *, size_t);
typedef struct wasmtime_linear_memory {
  void *env;
  wasmtime_memory_get_callback_t get_memory;
  wasmtime_memory_grow_callback_t grow_memory;
  void (*finalizer)(void *);
} wasmtime_linear_memory_t;
// Arguments: env, the type, the minimum, the maximum, what is to be reserved, the guard; and the result.
typedef wasmtime_error_t *(*wasmtime_new_memory_callback_t)(void *, const wasm_memorytype_t *, size_t, size_t, size_t, size_t, wasmtime_linear_memory_t *);
typedef struct wasmtime_memory_creator {
  void *env;
  wasmtime_new_memory_callback_t new_memory;
  void (*finalizer)(void *);
} wasmtime_memory_creator_t;

// Configuration and engine.
wasm_config_t *wasm_config_new(void);
void wasm_config_delete(wasm_config_t *);
void wasmtime_config_consume_fuel_set(wasm_config_t *, bool);
void wasmtime_config_debug_info_set(wasm_config_t *, bool);
void wasmtime_config_cranelift_opt_level_set(wasm_config_t *, wasmtime_opt_level_t);
void wasmtime_config_epoch_interruption_set(wasm_config_t *, bool);
void wasmtime_config_max_wasm_stack_set(wasm_config_t *, size_t);
void wasmtime_config_async_stack_size_set(wasm_config_t *, size_t);
void wasmtime_config_wasm_threads_set(wasm_config_t *, bool);
void wasmtime_config_shared_memory_set(wasm_config_t *, bool);
void wasmtime_config_wasm_tail_call_set(wasm_config_t *, bool);
void wasmtime_config_wasm_function_references_set(wasm_config_t *, bool);
void wasmtime_config_wasm_gc_set(wasm_config_t *, bool);
void wasmtime_config_wasm_relaxed_simd_set(wasm_config_t *, bool);
void wasmtime_config_wasm_multi_memory_set(wasm_config_t *, bool);
void wasmtime_config_wasm_memory64_set(wasm_config_t *, bool);
void wasmtime_config_wasm_exceptions_set(wasm_config_t *, bool);
void wasmtime_config_parallel_compilation_set(wasm_config_t *, bool);
void wasmtime_config_memory_init_cow_set(wasm_config_t *, bool);
void wasmtime_config_host_memory_creator_set(wasm_config_t *, wasmtime_memory_creator_t *);
void wasmtime_config_profiler_set(wasm_config_t *, wasmtime_profiling_strategy_t);
wasmtime_pooling_allocation_config_t *wasmtime_pooling_allocation_config_new(void);
void wasmtime_pooling_allocation_config_delete(wasmtime_pooling_allocation_config_t *);
void wasmtime_pooling_allocation_config_total_component_instances_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_core_instances_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_memories_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_tables_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_stacks_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_gc_heaps_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_max_core_instances_per_component_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_max_tables_per_component_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_max_memory_size_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_table_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_decommit_batch_size_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_strategy_set(wasm_config_t *, const wasmtime_pooling_allocation_config_t *);
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);
void wasm_engine_delete(wasm_engine_t *);
void wasmtime_engine_increment_epoch(wasm_engine_t *);

// Core modules.
wasmtime_error_t *wasmtime_module_new(wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
void wasmtime_module_delete(wasmtime_module_t *);
void wasmtime_module_imports(const wasmtime_module_t *, wasm_importtype_vec_t *);
void wasmtime_module_exports(const wasmtime_module_t *, wasm_exporttype_vec_t *);
wasmtime_error_t *wasmtime_module_serialize(wasmtime_module_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_deserialize(wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
wasmtime_error_t *wasmtime_module_deserialize_file(wasm_engine_t *, const char *, wasmtime_module_t **);
void wasm_importtype_vec_delete(wasm_importtype_vec_t *);
const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *);
const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *);
const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *);
void wasm_exporttype_vec_delete(wasm_exporttype_vec_t *);
const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *);
const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *);
wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t *);
const wasm_functype_t *wasm_externtype_as_functype_const(const wasm_externtype_t *);
const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *);
const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *);
wasm_valtype_t *wasm_valtype_new(wasm_valkind_t);
void wasm_valtype_vec_new(wasm_valtype_vec_t *, size_t, wasm_valtype_t *const *);
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *, wasm_valtype_vec_t *);
void wasm_functype_delete(wasm_functype_t *);

// Stores and WASI contexts.
wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *, void (*)(void *));
void wasmtime_store_delete(wasmtime_store_t *);
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
void *wasmtime_context_get_data(const wasmtime_context_t *);
void wasmtime_store_limiter(wasmtime_store_t *, int64_t, int64_t, int64_t, int64_t, int64_t);
wasmtime_error_t *wasmtime_context_set_fuel(wasmtime_context_t *, uint64_t);
void wasmtime_context_set_epoch_deadline(wasmtime_context_t *, uint64_t);
// The answer is a wasmtime_error_t *, or 0 for none; `_bindings.py` has it as a number.
void wasmtime_store_epoch_deadline_callback(wasmtime_store_t *, size_t (*)(wasmtime_context_t *, void *, uint64_t *, wasmtime_update_deadline_kind_t *), void *, void (*)(void *));
wasmtime_error_t *wasmtime_context_set_wasi(wasmtime_context_t *, wasi_config_t *);
void wasmtime_context_set_wasi_http(wasmtime_context_t *);
wasi_config_t *wasi_config_new(void);
void wasi_config_delete(wasi_config_t *);
bool wasi_config_set_argv(wasi_config_t *, size_t, const char **);
bool wasi_config_set_env(wasi_config_t *, size_t, const char **, const char **);
void wasi_config_inherit_stdin(wasi_config_t *);
void wasi_config_inherit_stdout(wasi_config_t *);
void wasi_config_inherit_stderr(wasi_config_t *);
void wasi_config_set_stdin_bytes(wasi_config_t *, wasm_byte_vec_t *);
bool wasi_config_set_stdin_file(wasi_config_t *, const char *);
bool wasi_config_set_stdout_file(wasi_config_t *, const char *);
bool wasi_config_set_stderr_file(wasi_config_t *, const char *);
void wasi_config_inherit_network(wasi_config_t *);
void wasi_config_allow_ip_name_lookup(wasi_config_t *, bool);
bool wasi_config_preopen_dir(wasi_config_t *, const char *, const char *, wasi_dir_perms, wasi_file_perms);

// Samples of a guest's stack. The profiler is used up by finish.
wasmtime_guestprofiler_t *wasmtime_guestprofiler_new(wasm_engine_t *, const wasm_name_t *, uint64_t, const wasmtime_guestprofiler_modules_t *, size_t);
void wasmtime_guestprofiler_delete(wasmtime_guestprofiler_t *);
void wasmtime_guestprofiler_sample(wasmtime_guestprofiler_t *, const wasmtime_store_t *, uint64_t);
wasmtime_error_t *wasmtime_guestprofiler_finish(wasmtime_guestprofiler_t *, wasm_byte_vec_t *);

// Linking and running core modules.
wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *);
void wasmtime_linker_delete(wasmtime_linker_t *);
wasmtime_error_t *wasmtime_linker_define_wasi(wasmtime_linker_t *);
void wasmtime_linker_allow_shadowing(wasmtime_linker_t *, bool);
wasmtime_error_t *wasmtime_linker_define(wasmtime_linker_t *, wasmtime_context_t *, const char *, size_t, const char *, size_t, const wasmtime_extern_t *);
wasmtime_error_t *wasmtime_linker_define_func(wasmtime_linker_t *, const char *, size_t, const char *, size_t, const wasm_functype_t *, wasmtime_func_callback_t, void *, void (*)(void *));
wasmtime_error_t *wasmtime_linker_define_func_unchecked(wasmtime_linker_t *, const char *, size_t, const char *, size_t, const wasm_functype_t *, wasmtime_func_unchecked_callback_t, void *, void (*)(void *));
wasmtime_error_t *wasmtime_linker_instantiate(const wasmtime_linker_t *, wasmtime_context_t *, const wasmtime_module_t *, wasmtime_instance_t *, wasm_trap_t **);
bool wasmtime_caller_export_get(wasmtime_caller_t *, const char *, size_t, wasmtime_extern_t *);
wasmtime_context_t *wasmtime_caller_context(wasmtime_caller_t *);
uint8_t *wasmtime_memory_data(const wasmtime_context_t *, const wasmtime_memory_t *);
size_t wasmtime_memory_data_size(const wasmtime_context_t *, const wasmtime_memory_t *);
wasm_trap_t *wasmtime_trap_new(const char *, size_t);
bool wasmtime_linker_get(const wasmtime_linker_t *, wasmtime_context_t *, const char *, size_t, const char *, size_t, wasmtime_extern_t *);
wasmtime_error_t *wasmtime_linker_instantiate_pre(const wasmtime_linker_t *, const wasmtime_module_t *, wasmtime_instance_pre_t **);
void wasmtime_instance_pre_delete(wasmtime_instance_pre_t *);
wasmtime_error_t *wasmtime_instance_pre_instantiate(const wasmtime_instance_pre_t *, wasmtime_context_t *, wasmtime_instance_t *, wasm_trap_t **);
bool wasmtime_instance_export_get(wasmtime_context_t *, const wasmtime_instance_t *, const char *, size_t, wasmtime_extern_t *);
void wasmtime_extern_delete(wasmtime_extern_t *);
wasmtime_error_t *wasmtime_func_call_unchecked(wasmtime_context_t *, const wasmtime_func_t *, wasmtime_val_raw_t *, size_t, wasm_trap_t **);
wasmtime_error_t *wasmtime_func_call(wasmtime_context_t *, const wasmtime_func_t *, const wasmtime_val_t *, size_t, wasmtime_val_t *, size_t, wasm_trap_t **);

// Components.
wasmtime_error_t *wasmtime_component_new(const wasm_engine_t *, const uint8_t *, size_t, wasmtime_component_t **);
void wasmtime_component_delete(wasmtime_component_t *);
wasmtime_error_t *wasmtime_component_serialize(const wasmtime_component_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_component_deserialize(const wasm_engine_t *, const uint8_t *, size_t, wasmtime_component_t **);
wasmtime_error_t *wasmtime_component_deserialize_file(const wasm_engine_t *, const char *, wasmtime_component_t **);
wasmtime_component_type_t *wasmtime_component_type(const wasmtime_component_t *);
void wasmtime_component_type_delete(wasmtime_component_type_t *);
size_t wasmtime_component_type_import_count(const wasmtime_component_type_t *, const wasm_engine_t *);
bool wasmtime_component_type_import_nth(const wasmtime_component_type_t *, const wasm_engine_t *, size_t, const char **, size_t *, wasmtime_component_item_t *);
size_t wasmtime_component_type_export_count(const wasmtime_component_type_t *, const wasm_engine_t *);
bool wasmtime_component_type_export_nth(const wasmtime_component_type_t *, const wasm_engine_t *, size_t, const char **, size_t *, wasmtime_component_item_t *);
bool wasmtime_component_instance_type_export_get(const wasmtime_component_instance_type_t *, const wasm_engine_t *, const char *, size_t, wasmtime_component_item_t *);
void wasmtime_component_item_delete(wasmtime_component_item_t *);
size_t wasmtime_component_func_type_param_count(const wasmtime_component_func_type_t *);
bool wasmtime_component_func_type_result(const wasmtime_component_func_type_t *, wasmtime_component_valtype_t *);
void wasmtime_component_valtype_delete(wasmtime_component_valtype_t *);
wasmtime_component_export_index_t *wasmtime_component_get_export_index(const wasmtime_component_t *, const wasmtime_component_export_index_t *, const char *, size_t);
void wasmtime_component_export_index_delete(wasmtime_component_export_index_t *);
wasmtime_component_linker_t *wasmtime_component_linker_new(const wasm_engine_t *);
void wasmtime_component_linker_delete(wasmtime_component_linker_t *);
wasmtime_error_t *wasmtime_component_linker_add_wasip2(wasmtime_component_linker_t *);
wasmtime_error_t *wasmtime_component_linker_add_wasi_http(wasmtime_component_linker_t *);
wasmtime_error_t *wasmtime_component_linker_instantiate(const wasmtime_component_linker_t *, wasmtime_context_t *, const wasmtime_component_t *, wasmtime_component_instance_t *);
bool wasmtime_component_instance_get_func(const wasmtime_component_instance_t *, wasmtime_context_t *, const wasmtime_component_export_index_t *, wasmtime_component_func_t *);
wasmtime_error_t *wasmtime_component_func_call(const wasmtime_component_func_t *, wasmtime_context_t *, const wasmtime_component_val_t *, size_t, wasmtime_component_val_t *, size_t);
void wasmtime_component_val_delete(wasmtime_component_val_t *);
wasmtime_component_val_t *wasmtime_component_val_new(wasmtime_component_val_t *);
void wasmtime_component_vallist_new_uninit(wasmtime_component_vallist_t *, size_t);
void wasmtime_component_valrecord_new_uninit(wasmtime_component_valrecord_t *, size_t);
void wasmtime_component_valtuple_new_uninit(wasmtime_component_valtuple_t *, size_t);
void wasmtime_component_linker_allow_shadowing(wasmtime_component_linker_t *, bool);
wasmtime_component_linker_instance_t *wasmtime_component_linker_root(wasmtime_component_linker_t *);
void wasmtime_component_linker_instance_delete(wasmtime_component_linker_instance_t *);
wasmtime_error_t *wasmtime_component_linker_instance_add_instance(wasmtime_component_linker_instance_t *, const char *, size_t, wasmtime_component_linker_instance_t **);
wasmtime_error_t *wasmtime_component_linker_instance_add_func(wasmtime_component_linker_instance_t *, const char *, size_t, wasmtime_component_func_callback_t, void *, void (*)(void *));
wasmtime_error_t *wasmtime_component_linker_instance_add_resource(wasmtime_component_linker_instance_t *, const char *, size_t, const wasmtime_component_resource_type_t *, wasmtime_component_resource_destructor_t, void *, void (*)(void *));
wasmtime_component_resource_type_t *wasmtime_component_resource_type_new_host(uint32_t);
void wasmtime_component_resource_type_delete(wasmtime_component_resource_type_t *);
wasmtime_component_resource_host_t *wasmtime_component_resource_host_new(bool, uint32_t, uint32_t);
uint32_t wasmtime_component_resource_host_rep(const wasmtime_component_resource_host_t *);
void wasmtime_component_resource_host_delete(wasmtime_component_resource_host_t *);
wasmtime_error_t *wasmtime_component_resource_any_to_host(wasmtime_context_t *, const wasmtime_component_resource_any_t *, wasmtime_component_resource_host_t **);
wasmtime_error_t *wasmtime_component_resource_any_drop(wasmtime_context_t *, const wasmtime_component_resource_any_t *);
wasmtime_error_t *wasmtime_component_resource_host_to_any(wasmtime_context_t *, const wasmtime_component_resource_host_t *, wasmtime_component_resource_any_t **);

#endif
