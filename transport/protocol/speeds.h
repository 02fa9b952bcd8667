/*
 * speeds: answer times and rates of sources of blocks, stored by network.
 *
 * .git/varve/cache/speeds (docs/formats/store.md, "Caches"): without this file no source has a
 * record. Networks and sources are hashes with the repository's secret.
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
#define VV_SPEEDS_DAYS 90u       /* days without an answer after which a record is dropped */
#define VV_SPEED_FAILED_SEC 600u /* after a failure a source is used last for this time */

typedef struct vv_speed {
	uint64_t latency_ms; /* from a request to the first block */
	uint64_t rate;       /* bytes per second; 0: unknown */
	uint64_t seen;       /* time of the record; 0: no record */
	bool failed;         /* the last use, less than VV_SPEED_FAILED_SEC ago, failed */
	bool silent;         /* the source did not answer then: its machine may be asleep */
	uint64_t silent_sec; /* seconds since then */
} vv_speed;

/* Returns the number of a source, made from its URL; never 0. */
uint64_t vv_speed_source(const char *url);

typedef struct vv_speeds vv_speeds;

/* Opens the records for the current network (tables: VV_OS_NETWORK_TABLES of base/os.h). A missing
 * or damaged file is not a failure. */
vv_status vv_speeds_open(vv_speeds **out, vv_repository *r, const char *tables, vv_error *err);
void vv_speeds_close(vv_speeds *s); /* accepts NULL */
VV_AUTO_FREE(vv_speeds, vv_speeds_close)

vv_speed vv_speeds_of(const vv_speeds *s, uint64_t source);

/* The following functions write the record at once; a failure to write is ignored. vv_speeds_note
 * adds a measurement, which counts for a quarter if the source has a record. rate 0: not measured. */
void vv_speeds_note(vv_speeds *s, uint64_t source, uint64_t latency_ms, uint64_t rate);
/* Record that the source failed, or that it did not even answer. */
void vv_speeds_note_failure(vv_speeds *s, uint64_t source);
void vv_speeds_note_silence(vv_speeds *s, uint64_t source);
/* Records that the source answers, so that it does not count as silent any longer. */
void vv_speeds_note_answer(vv_speeds *s, uint64_t source);

#endif
