/*
 * speeds: answer times and rates of sources of blocks, stored by network.
 *
 * .git/varve/cache/speeds (docs/formats/store.md, "Caches"): without it no source has a record. Networks and sources are
 * hashes with the repository's secret.
 *
 * A correct caller: open; of, before sources are used; note, after their use, which writes it.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SPEEDS_H
#define VV_TRANSPORT_PROTOCOL_SPEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

#define VV_SPEEDS_MAX 256u
#define VV_SPEEDS_DAYS 90u       /* after so long without an answer a line is dropped */
#define VV_SPEED_FAILED_SEC 600u /* after a failure a source is used last for this time */

typedef struct vv_speed {
	uint64_t latency_ms; /* from a request to the first block */
	uint64_t rate;       /* bytes a second; 0: not known */
	uint64_t seen;       /* when; 0: nothing is known of it */
	bool failed;         /* its last use, less than VV_SPEED_FAILED_SEC ago, failed */
	bool silent;         /* it did not answer then: its machine may sleep */
	uint64_t silent_sec; /* how long ago that was */
} vv_speed;

/* The number for a source, made from its URL; never 0. */
uint64_t vv_speed_source(const char *url);

typedef struct vv_speeds vv_speeds;

/* For the network that the machine is on now (tables: VV_OS_NETWORK_TABLES of base/os.h). A file that is
 * not there, or is damaged, is not a failure. */
vv_status vv_speeds_open(vv_speeds **out, vv_repository *r, const char *tables, vv_error *err);
void vv_speeds_close(vv_speeds *s); /* accepts NULL */
VV_AUTO_FREE(vv_speeds, vv_speeds_close)

vv_speed vv_speeds_of(const vv_speeds *s, uint64_t source);

/* Each is written at once; that it cannot be written is not a failure.
 * One more measurement, which counts for a quarter where something is known; rate 0: not measured. */
void vv_speeds_note(vv_speeds *s, uint64_t source, uint64_t latency_ms, uint64_t rate);
/* It failed now; and it did not even answer. */
void vv_speeds_note_failure(vv_speeds *s, uint64_t source);
void vv_speeds_note_silence(vv_speeds *s, uint64_t source);
/* It answers, whatever else: it is not silent any longer. */
void vv_speeds_note_answer(vv_speeds *s, uint64_t source);

#endif
