/*
 * holder: describes the process that owns a lock or a file, and determines if the process is still
 * running. The description is a line of text, or a part of a file's name.
 *
 * The owner stores the text where other processes find it, such as in a lock file. The text may
 * outlive the process. A reader of the text calls vv_holder_state_of, which returns VV_HOLDER_DEAD
 * only if the process has certainly ended: it ran on this machine, and either the machine was
 * restarted since, or the process ran in the caller's PID namespace, which no longer has this process.
 */
#ifndef VV_BASE_HOLDER_H
#define VV_BASE_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define VV_HOLDER_TEXT 256u /* longest text, including its NUL */

/* A process that owns a lock or a file: the holder. */
typedef struct vv_holder {
	uint64_t pid;
	/* start time as in vv_os_process; distinguishes the process from a later process with the
	 * same pid; 0: not known */
	uint64_t started;
	uint64_t pid_space; /* number of the PID namespace; 0: not known */
	char boot[33];      /* id of the machine's current boot, in hex; "": not known */
	char machine[17];   /* digest of the machine's name and id, in hex */
	char host[65];      /* the machine's name, for people */
} vv_holder;

/* Describes the calling process. */
vv_holder vv_holder_self(void);

/* Describes the process pid, which runs where the process self runs. */
vv_holder vv_holder_of(const vv_holder *self, uint64_t pid);

/* Writes a holder as one line of text: "varve-lock 1 pid=... host=..." */
void vv_holder_text(char out[VV_HOLDER_TEXT], const vv_holder *h);

/* Parses a text written by vv_holder_text. Returns false for any other text. */
bool vv_holder_parse(vv_holder *out, const char *text);

/* The state of a holder. */
typedef enum vv_holder_state {
	VV_HOLDER_ALIVE,
	VV_HOLDER_DEAD,
	/* the holder runs on another machine or in another PID namespace: its state is unknown */
	VV_HOLDER_ELSEWHERE
} vv_holder_state;

/* Returns the state of the holder h. self describes the calling process. made is the time at which
 * the text was written, in seconds since 1970, according to the file system. A text with another boot
 * id that was written after the current boot comes from another machine with the same name and id; the
 * result is then VV_HOLDER_ELSEWHERE. */
vv_holder_state vv_holder_state_of(const vv_holder *h, const vv_holder *self, int64_t made);

/* The names of temporary files end in VV_TEMP_RANDOM characters. These encode 22 random bits, the pid,
 * and 16 bits of a hash of the machine, its current boot and the PID namespace. Another process that
 * uses the same folder can therefore remove the files of ended processes. */
#define VV_TEMP_RANDOM 12u /* characters of "a-z2-7" */

/* Writes a new name to out. Two calls can return the same name, though rarely: a caller creates the
 * file with O_EXCL, and tries another name if the file exists. */
void vv_temp_name(char out[VV_TEMP_RANDOM + 1]);

/* Returns true if name has the form of a name that vv_temp_name makes. Sets *ended to true if the
 * process that made the name has certainly ended, else to false. If the result is false, *ended is not
 * set. */
bool vv_temp_name_read(const char *name, bool *ended);

#endif
