/*
 * meeting: exchanges the records of a local ledger with those of a holder.
 *
 * Records are sent in both directions. A file whose bytes are not the record of its name (cut, changed, exchanged) does
 * not count: it is skipped and named, and, if the right bytes are here, they can replace it. "Nothing is overwritten"
 * applies to records, and such a file is not one.
 *
 * One per holder: set ledger and holder, zero the rest; clear. Call run for each exchange: the first lists the holder's
 * records, later ones send new local ones.
 */
#ifndef VV_CMD_VAULT_SEALED_MEETING_H
#define VV_CMD_VAULT_SEALED_MEETING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/sealed/holder.h"

typedef struct vv_damaged_record {
	char *name;   /* as ledgers name it */
	bool unheard; /* of a newer varve: it may be right, and does not count here */
	vv_error why;
} vv_damaged_record;

typedef struct vv_meeting {
	vv_ledger *ledger; /* borrowed */
	vv_vault_holder *holder;
	bool mend;  /* damaged records are written again */
	bool later; /* records that go to the holder are durable there after vv_holders_finish */
	const uint8_t *self; /* the key whose records go first; NULL: no matter */
	/* Each may be NULL. A record came that was missing here; one at the holder is found to be damaged. */
	vv_status (*took)(void *payload, const char *name, vv_error *err);
	void (*found)(void *payload, const vv_damaged_record *d);
	void *payload;
	/* Afterwards. */
	bool listed;   /* by a run: false makes the next one list again */
	size_t handed; /* files of the ledger below this number are at the holder */
	/* that the holder has, by its list; one for shards only has none, and lacks none */
	uint64_t records;
	uint64_t behind; /* that it lacked, the last time */
	uint64_t mended;
	vv_damaged_record *damaged; /* the known ones that were not repaired */
	size_t damaged_count, damaged_cap;
} vv_meeting;

/* Stores the holder's records that are missing here, then sends it those that it lacks. For records on both sides
 * only the length is compared. After the first run it only sends, unless a record must be repaired, or the holder
 * checks records itself (it has a key) and may have rejected some. */
vv_status vv_meeting_run(vv_meeting *m, vv_error *err);
/* Reads every record that the holder has; damaged gets those that are not right. */
vv_status vv_meeting_look(vv_meeting *m, vv_error *err);
/* Without those of a newer varve. */
size_t vv_meeting_damaged(const vv_meeting *m);
void vv_meeting_clear(vv_meeting *m);
VV_AUTO_CLEAR(vv_meeting, vv_meeting_clear)

#endif
