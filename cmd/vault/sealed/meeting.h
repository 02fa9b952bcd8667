/*
 * meeting: exchanges the records of a local ledger with the records at a holder. A meeting is the
 * state of these exchanges.
 *
 * Records are sent in both directions. A damaged record is a file of the holder whose bytes are not
 * those of the record in its name: the file was cut, changed, or exchanged with another file.
 * Damaged records are reported, and not received. A damaged record can be replaced if the local
 * ledger has the right record. This is the only case in which a holder overwrites a record.
 *
 * A correct caller has one meeting for each holder. It zeroes the meeting, sets ledger, holder and
 * any options, calls vv_meeting_run for each exchange, and then vv_meeting_clear.
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
	/* a newer version of varve wrote the record; this version cannot check it */
	bool unheard;
	vv_error why; /* why the record counts as damaged */
} vv_damaged_record;

/* A meeting. */
typedef struct vv_meeting {
	vv_ledger *ledger;       /* borrowed */
	vv_vault_holder *holder; /* borrowed */
	bool mend;               /* replace damaged records at the holder */
	/* vv_meeting_run does not make the sent records durable: the caller calls
	 * vv_holders_finish */
	bool later;
	/* the key whose records are sent next after the vault's first record and the epochs; NULL:
	 * no such key */
	const uint8_t *self;
	/* called for each record that was received and stored; or NULL */
	vv_status (*took)(void *payload, const char *name, vv_error *err);
	/* called for each record of the holder that is found to be damaged; or NULL */
	void (*found)(void *payload, const vv_damaged_record *d);
	void *payload;
	/* The members below are results. */
	/* the holder's records were listed; a caller sets listed to false to list them again */
	bool listed;
	/* the holder has the ledger's files whose vv_ledger_entry.number is below this number */
	size_t handed;
	/* the number of records in the holder's last list; 0 for a holder that stores only
	 * shards */
	uint64_t records;
	/* the number of records that the last exchange sent because the holder did not have them */
	uint64_t behind;
	uint64_t mended;            /* the number of damaged records that were replaced */
	vv_damaged_record *damaged; /* the damaged records that were found and not replaced */
	size_t damaged_count, damaged_cap;
} vv_meeting;

/* Exchanges records with the holder. The first exchange lists the holder's records, receives and
 * stores those that the local ledger does not have, and then sends the records that the holder does
 * not have. If both have a record, only the lengths are compared.
 *
 * Later exchanges only send new local records, with two exceptions. If damaged records must be
 * replaced, or if the holder has a key, they list and receive the holder's records again: a holder
 * with a key checks records itself, and may have rejected some. Does nothing if the holder stores
 * only shards. */
vv_status vv_meeting_run(vv_meeting *m, vv_error *err);
/* Reads and checks all records of the holder, and adds damaged records to m->damaged. Does not
 * change the ledger or the holder. */
vv_status vv_meeting_look(vv_meeting *m, vv_error *err);
/* Returns the number of records in m->damaged that no newer version of varve wrote. */
size_t vv_meeting_damaged(const vv_meeting *m);
void vv_meeting_clear(vv_meeting *m);
VV_AUTO_CLEAR(vv_meeting, vv_meeting_clear)

#endif
