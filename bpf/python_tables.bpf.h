/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/python.bpf.h reads CPython's frames by: where things are in each interpreter, which user space finds in its
 * file (src/python/interpreter.h), and the state of a walk along a thread's frames.
 */
#pragma once
#include "schema.bpf.h"

enum python_limits {
	PYTHON_INTERPRETERS = 64, /* files, not processes */
	PYTHON_FILE_BYTES = 1024,
	PYTHON_NAME_BYTES = 512,
	PYTHON_LINES_BYTES = 16384,
	PYTHON_OF_LOOP = 3, /* the owner of frames of no function, and what is above */
};

/* How the interpreter's own frames and those of functions belong together. */
enum python_entry {
	PYTHON_ONE_EACH,   /* up to 3.10: each runs one function */
	PYTHON_ENTRY_FLAG, /* 3.11: the outermost function that one runs says so */
	PYTHON_ENTRY_FRAME, /* since 3.12: behind it is a frame of no function */
};

/* What tells where in its code a function is. */
enum python_position {
	PYTHON_BYTES, /* up to 3.9: a number of bytes */
	PYTHON_UNITS, /* 3.10: of units of two bytes */
	PYTHON_ADDRESS, /* since 3.11: the address of a unit */
};

/* Why functions of Python are missing from a stack. */
enum python_end {
	PYTHON_COMPLETE,
	PYTHON_NO_THREAD,  /* no thread of the interpreter is this one */
	PYTHON_NO_FRAME,   /* the interpreter's loop has a frame more than its thread has functions */
	PYTHON_UNREADABLE, /* memory of the thread's state, of a frame or of a function's name */
	PYTHON_LOST,       /* a function's name had no room in the ring */
	PYTHON_NOT_CODE,   /* what should be a function's code is none: the interpreter is not laid out as its version is */
};

/* Places in the structs of CPython; those are described where they are found. */
struct python_layout {
	__u64 runtime;   /* _PyRuntime, as if it were at that offset of the file's code */
	__u64 code_type; /* PyCode_Type, likewise */
	__u64 loop, loop_size; /* offset of _PyEval_EvalFrameDefault */
	__u64 cold, cold_size; /* and of the part that compilers put elsewhere */
	__u16 interpreters, next_interpreter, threads;    /* of _PyRuntime, PyInterpreterState */
	__u16 next_thread, thread_id, thread_frame;       /* of PyThreadState */
	__u16 frame_holder; /* 1 + the place of the frame in what thread_frame points to; 0: in thread_frame itself */
	__u16 previous, code, position, entry;            /* of a frame */
	__u16 first_line, file, name, lines, instructions; /* of PyCodeObject */
	__u16 ascii_text, other_text; /* where the characters of a string are */
	__u8 entry_form; /* enum python_entry */
	__u8 position_form; /* enum python_position */
	__u16 unused;
};

/* Written by user space before the file is inserted into `unwind_files`, whose .python is the place here and one more. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PYTHON_INTERPRETERS);
	__type(key, __u32);
	__type(value, struct python_layout);
} python_layouts SEC(".maps") SHARED FOR_STACKS DOC("where interpreters have their frames");

/*
 * The state of each thread, as found last, where a process has one interpreter: valid while that is so and the state is
 * still this thread's. Inserted here; the kernel drops those that were not asked for longest.
 */
struct python_thread {
	__u64 interpreter, thread;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct python_thread);
} python_threads SEC(".maps") SHARED FOR_STACKS DOC("where threads have their frames");

/*
 * Numbers of code objects: of one in one process, and of one with the same text, which all processes share that run a
 * module. Inserted here; the kernel drops those that were not met for long, which get another number.
 */
struct python_code_key {
	__u64 code;
	__u64 check; /* of what tells that it is no other that came to be there */
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct python_code_key);
	__type(value, __u32);
} python_codes SEC(".maps") SHARED FOR_STACKS DOC("code objects of processes");

struct python_text_key {
	__u64 hash[2];
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct python_text_key);
	__type(value, __u32);
} python_texts SEC(".maps") SHARED FOR_STACKS DOC("code objects that user space knows");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} python_numbers SEC(".maps") SHARED FOR_STACKS DOC("numbers of code objects that were given");

/* A record of no tracer: a code object. Sent as far as its lines go. Characters are as CPython has them. */
struct python_code_record {
	__u64 time;
	__u32 weight;
	__u16 tracer;
	__u16 cpu;
	__u32 number;
	__u32 first_line;
	__u32 layout; /* its place */
	__u32 lines_size; /* bytes of them that there are; sent are PYTHON_LINES_BYTES at most */
	__u16 file_size, name_size; /* bytes, of those sent */
	__u8 file_width, name_width; /* bytes of a character */
	__u16 unused;
	char file[PYTHON_FILE_BYTES];
	char name[PYTHON_NAME_BYTES];
	char lines[PYTHON_LINES_BYTES];
	char behind[8];
};

/* Along the frames of the current thread. */
struct python_walk {
	__u64 shift; /* from an address to the offset in the interpreter's file */
	__u64 interpreter, thread; /* that were looked at last; 0: none yet */
	__u64 frame; /* the next; 0: there is none */
	__u64 thread_id;
	__u64 code, file, name, lines; /* of the frame that is added: objects */
	struct {
		__u64 size, hash, bytes[2];
	} begin; /* of the lines */
	__u32 first_line;
	__u32 layout; /* 1 + its place */
	enum python_end end;
	__u32 has_frames; /* some were found */
	__u32 unread; /* memory of it was not there */
};
