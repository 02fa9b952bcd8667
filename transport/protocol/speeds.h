/*
 * speeds: records the latencies and rates of sources of blocks, separately for each network.
 *
 * The records are in the file .git/varve/cache/speeds (docs/formats/store.md, "Caches"). Networks
 * and sources are stored as hashes that are seeded with the repository's secret.
 *
 * A correct caller: vv_speeds_open; vv_speeds_of for each source before its use; one of the
 * functions vv_speeds_note... after its use, which writes the file; vv_speeds_close.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SPEEDS_H
#define VV_TRANSPORT_PROTOCOL_SPEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

#define VV_SPEEDS_MAX 256u /* most records in the file */
#define VV_SPEEDS_DAYS 90u /* days without a note after which a record is dropped */
/* Seconds for which a failure or a time-out of a source counts. */
#define VV_SPEED_FAILED_SEC 600u

/* The record of a source. */
typedef struct vv_speed {
	uint64_t latency_ms; /* time from a request to the first block, in milliseconds */
	uint64_t rate;       /* bytes per second; 0: unknown */
	uint64_t seen;       /* time of the last note, in seconds since 1970; 0: no record */
	bool failed;         /* the last use failed, less than VV_SPEED_FAILED_SEC seconds ago */
	/* the source did not answer in time, less than VV_SPEED_FAILED_SEC seconds ago, and has not
	 * answered since */
	bool silent;
	uint64_t silent_sec; /* if silent is true: seconds since then */
} vv_speed;

/* Returns a number that identifies a source, made from its URL; never 0. */
uint64_t vv_speed_source(const char *url);

typedef struct vv_speeds vv_speeds;

/* Opens the records for the current network. tables: VV_OS_NETWORK_TABLES (base/os.h), or another
 * folder for tests. A missing or damaged file is not an error: no source then has a record. */
vv_status vv_speeds_open(vv_speeds **out, vv_repository *r, const char *tables, vv_error *err);
void vv_speeds_close(vv_speeds *s); /* accepts NULL */
VV_AUTO_FREE(vv_speeds, vv_speeds_close)

/* Returns the record of a source; its `seen` is 0 if the source has no record. */
vv_speed vv_speeds_of(const vv_speeds *s, uint64_t source);

/* Adds a measurement to the record of a source, and clears its marks `failed` and `silent`. If the
 * record already has a rate, the measurement has a weight of one quarter. rate 0: the rate was not
 * measured. This and the following functions write the file at once, and ignore failures to
 * write. */
void vv_speeds_note(vv_speeds *s, uint64_t source, uint64_t latency_ms, uint64_t rate);
/* Records that the source failed: sets its mark `failed`, and clears `silent`. */
void vv_speeds_note_failure(vv_speeds *s, uint64_t source);
/* Records that the source did not answer in time: sets its marks `failed` and `silent`. */
void vv_speeds_note_silence(vv_speeds *s, uint64_t source);
/* Records that the source answers: clears its mark `silent`. */
void vv_speeds_note_answer(vv_speeds *s, uint64_t source);

#endif
