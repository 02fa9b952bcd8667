/*
 * waiting: measures how long things have been waiting, and stores the times in a file. Each thing
 * is named by a CID. For example, a surplus copy of a shard waits for its removal.
 *
 * The waiting time is the sum of the times between commands. The time between two commands counts
 * as at most 7 days. It counts as 0 if it is 366 days or more, or if the clock went back. So a
 * wrong clock does not end a wait early. If a command does not report a thing as waiting, the thing
 * is removed from the file, and its time starts again at 0. If the file is unreadable, all times
 * start again at 0.
 */
#ifndef VV_CMD_VAULT_SEALED_WAITING_H
#define VV_CMD_VAULT_SEALED_WAITING_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef struct vv_waiting vv_waiting;

/* Reads the file path. now is the current time, in seconds since 1970. A missing or unreadable file
 * counts as empty. The caller closes *out, also on failure. */
vv_status vv_waiting_open(vv_waiting **out, const char *path, uint64_t now, vv_error *err);
void vv_waiting_close(vv_waiting *w); /* accepts NULL */
VV_AUTO_FREE(vv_waiting, vv_waiting_close)

/* Reports that a thing is still waiting. Sets *sec (sec may be NULL) to its waiting time in
 * seconds; 0 for a thing that the file does not have. */
vv_status vv_waiting_see(vv_waiting *w, const vv_cid *thing, uint64_t *sec, vv_error *err);
/* Writes the file for the next command, with the things that vv_waiting_see reported. Without this
 * call, the file is unchanged. */
vv_status vv_waiting_write(const vv_waiting *w, vv_error *err);

#endif
