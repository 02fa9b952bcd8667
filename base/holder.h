/*
 * holder: describes the process that owns something, as a line of text or in a file's name, and finds out whether
 * it still runs.
 *
 * The text is stored where others find it, for example in a lock, and outlives the process. Its reader calls
 * vv_holder_state_of, which returns "dead" only if this is certain: on the same machine, since the same start of
 * it, in the same PID namespace, no such process runs; or the machine was restarted since.
 */
#ifndef VV_BASE_HOLDER_H
#define VV_BASE_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define VV_HOLDER_TEXT 256u /* longest text, with its NUL */

typedef struct vv_holder {
	uint64_t pid;
	uint64_t started; /* in clock ticks after the machine's start, so that a number that is used
			     * again is another process; 0: not known */
	uint64_t pid_space; /* number of the PID namespace; 0: not known */
	char boot[33];      /* id of the machine's current boot, in hex; "": not known */
	char machine[17];   /* digest of the machine's name and id, in hex */
	char host[65];      /* the machine's name, for people */
} vv_holder;

/* Describes the calling process. */
void vv_holder_self(vv_holder *out);

/* Writes a holder as text: "varve-lock 1 pid=... host=..." */
void vv_holder_text(char out[VV_HOLDER_TEXT], const vv_holder *h);

/* Reads the text of vv_holder_text. Returns false for any other text. */
bool vv_holder_parse(vv_holder *out, const char *text);

typedef enum vv_holder_state {
	VV_HOLDER_ALIVE,
	VV_HOLDER_DEAD,
	VV_HOLDER_ELSEWHERE /* another machine or PID namespace: its state cannot be found out */
} vv_holder_state;

/* self: the reader of the text. made: when the text was written, in seconds since 1970 by the file system:
 * a text of another start of the machine that is younger than this start comes from another
 * machine of the same name. */
vv_holder_state vv_holder_state_of(const vv_holder *h, const vv_holder *self, int64_t made);

/* Names of temporary files end in VV_TEMP_RANDOM letters, which encode, beside random bits, the process and where it
 * runs (this start of the machine, its PID namespace). So the next process that writes in the same folder can remove
 * the files of dead processes, and no others. */
#define VV_TEMP_RANDOM 12u /* characters of "a-z2-7" */

/* Makes a new name at each call. */
void vv_temp_name(char out[VV_TEMP_RANDOM + 1]);

/* Returns true if name is from vv_temp_name. *ended: the process that made the name has certainly ended. */
bool vv_temp_name_read(const char *name, bool *ended);

#endif
