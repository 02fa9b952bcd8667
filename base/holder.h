/*
 * holder: describes the process that owns a lock or a file, in a line of text or in a file's name,
 * and determines if the process is still running.
 *
 * The text is stored in a place where other processes find it, such as a lock file, and may outlive
 * the process. A reader of the text calls vv_holder_state_of, which returns VV_HOLDER_DEAD only if
 * the process has certainly ended: it ran on this machine, and either the machine was restarted
 * since, or the process ran in the caller's PID namespace, which no longer has this process.
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
void vv_holder_self(vv_holder *out);

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
 * the text was written, in seconds since 1970, according to the file system. If the text has
 * another boot id but was written after the current boot, it comes from another machine with the
 * same name: VV_HOLDER_ELSEWHERE. */
vv_holder_state vv_holder_state_of(const vv_holder *h, const vv_holder *self, int64_t made);

/* Names of temporary files end in VV_TEMP_RANDOM characters, which encode random bits, the process,
 * its PID namespace and the machine's boot. So another process that writes in the same folder can
 * remove the files of ended processes. */
#define VV_TEMP_RANDOM 12u /* characters of "a-z2-7" */

/* Writes a new name to out, different at each call. */
void vv_temp_name(char out[VV_TEMP_RANDOM + 1]);

/* Returns true if vv_temp_name made the name. Sets *ended to true if the process that made the name
 * has certainly ended. */
bool vv_temp_name_read(const char *name, bool *ended);

#endif
