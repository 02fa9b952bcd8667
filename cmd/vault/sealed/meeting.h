/*
 * meeting: exchanges the records of a local ledger with the records at a holder. A meeting is the
 * state of these exchanges.
 *
 * Records are sent in both directions. If a holder's file does not have the bytes of the record
 * that its name identifies (the file was cut, changed, or exchanged with another file), the file is
 * a damaged record. A damaged record is ignored and reported. If the local ledger has the right
 * record, the right record can replace the damaged one: the rule that holders never overwrite
 * records does not apply to damaged records.
 *
 * A correct caller has one meeting for each holder: sets ledger and holder, and zeroes all other
 * members; calls vv_meeting_run for each exchange; vv_meeting_clear. The first exchange lists the
 * holder's records; later exchanges only send new local records.
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

/* A damaged record of a holder. */
typedef struct vv_damaged_record {
	char *name; /* the record's name in the ledger */
	bool unheard; /* a newer version of varve wrote the record: this version cannot check the record */
	vv_error why; /* the reason for which the record counts as damaged */
} vv_damaged_record;

/* A meeting. */
typedef struct vv_meeting {
	vv_ledger *ledger;       /* borrowed */
	vv_vault_holder *holder; /* borrowed */
	bool mend;               /* replace damaged records at the holder */
	/* sent records become durable at the holder only by a later vv_holders_finish of the caller */
	bool later;
	const uint8_t *self; /* the key whose records are sent first; NULL: in any order */
	/* called for each record that was received and stored; or NULL */
	vv_status (*took)(void *payload, const char *name, vv_error *err);
	/* called for each record of the holder that is found to be damaged; or NULL */
	void (*found)(void *payload, const vv_damaged_record *d);
	void *payload;
	/* The members below are results. */
	bool listed; /* the holder's records were listed; the caller may set it to false, to list the records again */
	/* the holder has the ledger's files whose vv_ledger_entry.number is below this number */
	size_t handed;
	/* the number of records in the holder's list; 0 for a holder that stores only shards */
	uint64_t records;
	/* the number of records that the holder did not have at the last exchange */
	uint64_t behind;
	uint64_t mended;            /* the number of damaged records that were replaced */
	vv_damaged_record *damaged; /* the damaged records that were found and not replaced */
	size_t damaged_count, damaged_cap;
} vv_meeting;

/* Exchanges records: receives and stores the records that the local ledger does not have, then
 * sends the records that the holder does not have. If both have a record, only its length is
 * compared. Later exchanges only send records, except in two cases, in which they list and receive
 * the holder's records again: if damaged records must be replaced; or if the holder has a key,
 * because it then checks records itself, and may have rejected some. Does nothing if the holder
 * stores only shards. */
vv_status vv_meeting_run(vv_meeting *m, vv_error *err);
/* Reads all records of the holder, and adds damaged records to m->damaged. */
vv_status vv_meeting_look(vv_meeting *m, vv_error *err);
/* Returns the number of records in m->damaged, without those that a newer version of varve wrote. */
size_t vv_meeting_damaged(const vv_meeting *m);
void vv_meeting_clear(vv_meeting *m);
VV_AUTO_CLEAR(vv_meeting, vv_meeting_clear)

#endif
