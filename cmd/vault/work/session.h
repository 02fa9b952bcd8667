/*
 * session: a repository, its vault, this machine's key and the holders, open together.
 *
 * A correct caller: open (which locks: one session a repository); connect (reaches the holders, and
 * takes in and hands on records of the ledger); work; sync again after writing records;
 * close. Where there is no vault yet, vault is null and state is NULL.
 *
 * .git/varve/vault holds: lock; ledger/ (cmd/vault/hold/ledger.h); runs/ (what is in the vault, a file
 * for each run); spool/ (a run that is under way); seen (when each holder was last reached); met (which records
 * each had then, and when all of them were last listed); stranger (the key was found in use elsewhere).
 */
#ifndef VV_CMD_VAULT_WORK_SESSION_H
#define VV_CMD_VAULT_WORK_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "base/progress.h"
#include "cmd/vault/hold/code.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_state.h"
#include "cmd/vault/sealed/epoch.h"
#include "cmd/vault/sealed/holder.h"
#include "cmd/vault/sealed/meeting.h"
#include "cmd/vault/sealed/waiting.h"
#include "lib/remotes/transfer.h"
#include "lib/remotes/vault_config.h"
#include "repo/git/repository.h"
#include "transport/protocol/ask.h"

/*
 * policy: how many copies of everything are wanted, by .varveconfig (lib/remotes/vault_config.h).
 *
 * 	[vault]
 * 		id = bafyrei...
 * 		copies = 2
 * 		min = 1
 *
 * or, in the place of copies, "code = 4+2".
 */

#define VV_COPIES_MAX 32u

typedef struct vv_vault_policy {
	vv_cid vault;    /* null: there is none yet */
	unsigned copies; /* 0: nobody said; with a code: of what is in no stripe, parity + 1 */
	unsigned min;
	vv_code code; /* data 0: none */
} vv_vault_policy;

/* "4+2"; VV_EUSAGE says what a code is. */
vv_status vv_vault_code_read(vv_code *out, const char *text, vv_error *err);

/* VV_EINPUT: the file makes no sense. */
vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err);
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err);

typedef struct vv_vault_place {
	const vv_holder_config *config; /* borrowed from the session */
	uint8_t id[VV_HOLDER_ID];       /* once there is a vault */
	vv_vault_holder *holder;        /* NULL: not reached, and why */
	vv_error why;
	vv_ask *ask;  /* by which it was reached, or was to be; NULL: not yet */
	bool silent;  /* it was asked in this session, and did not answer: once is enough */
	bool behind;  /* it was reached, and then failed to take or give records */
	bool refuses; /* it is reached, gives what it has, and did not take something: why */
	/* then: the bytes of the smallest shard that it did not take; 0: of a record */
	uint64_t refused_len;
	uint64_t seen; /* when it was last reached, seconds since 1970; 0: never */
	/* reads of shards in a row that failed, other than by saying that it has none */
	unsigned read_failures;
	vv_error read_why;            /* of the last of them */
	uint64_t read_ms, read_bytes; /* of reads that succeeded */
	size_t fails_with; /* the first place that fails together with it; itself, where there is none */
	/* which records it lacked when it was last asked, and which are damaged */
	vv_meeting meeting;
} vv_vault_place;

typedef struct vv_vault_session {
	vv_repository *repo;
	const vv_notes *notes;
	char *dir; /* .git/varve/vault */
	int lock;
	uint64_t now;
	bool again; /* as in the options */
	vv_key key;
	bool has_key;
	vv_vault_policy policy;
	vv_holder_configs configs;
	vv_vault_place *places;
	size_t place_count;
	vv_transfer transfer;
	vv_ledger *ledger;     /* NULL: no vault yet */
	vv_vault_state *state; /* of the ledger as it was at the last refresh */
	vv_epoch_secrets secrets;
	bool readable;                                    /* secrets are there */
	size_t state_files, state_counting, state_places; /* what state was worked out of */
	bool mend;     /* damaged records at holders are written again; the caller's to set */
	uint64_t read; /* bytes of shards that came from holders */
	vv_error
		failed; /* why one failed to give a shard that it has, the last time; VV_OK: none did */
	struct vv_block_cache
		*made; /* shards of the stripes that were made whole last; NULL: none was */
	struct vv_block_cache *opened; /* what is in shards that were opened last */
} vv_vault_session;

/* key_file: another key than this machine's; NULL: that. need_key false: statements that need none. */
typedef struct vv_session_options {
	const char *key_file;
	bool need_key, quiet;
	const vv_notes *notes;
	uint64_t idle_sec; /* --timeout; 0: as usual */
	bool again;        /* holders that were silent lately are asked, too */
	bool beside;       /* what one of them does not give at once another has */
	bool at_once;      /* another command that works on the vault is not waited for */
} vv_session_options;

/* VV_ELOCKED: another command works on the vault. */
vv_status vv_vault_session_open(vv_vault_session *s, vv_repository *r, const vv_session_options *o,
				vv_error *err);
/* Opens it, reaches the holders, and has their records and what the key may read. */
vv_status vv_vault_session_open_to_read(vv_vault_session *s, vv_repository *r,
					const vv_session_options *o, vv_error *err);
/* Only to look: with this machine's key, which can name the holders, where there is one. */
vv_status vv_vault_session_open_to_look(vv_vault_session *s, vv_repository *r,
					const vv_notes *notes, uint64_t idle_sec, vv_error *err);
/* Others may work on the vault from now on: only what was read is used, and nothing written. */
void vv_vault_session_unlock(vv_vault_session *s);
void vv_vault_session_close(vv_vault_session *s);
VV_AUTO_CLEAR(vv_vault_session, vv_vault_session_close)

/* One more holder, for this session. One with this URL is not added again; it gets the name and the domain
 * where its own begins with VV_PLACE_UNNAMED. */
#define VV_PLACE_UNNAMED "unnamed-"
vv_status vv_vault_session_add_place(vv_vault_session *s, const char *name, const char *url,
				     const char *domain, vv_error *err);

/* What the place's failure domain is called: as configured, or as the holder says itself, or the key, of two
 * addresses of one server of which nobody knows more; "" when that is not known. Places that connect
 * found in one domain, or with one key, say the same. */
const char *vv_vault_place_domain(const vv_vault_session *s, const vv_vault_place *p);

/* The vault knows this key of the holder with that URL: one that showed another is closed. */
vv_status vv_vault_session_expect_key(vv_vault_session *s, const char *url, const char *key,
				      vv_error *err);

/* VV_ENOTFOUND: this repository has no vault. */
vv_status vv_vault_session_need_vault(const vv_vault_session *s, vv_error *err);

/* Its ledger was had. VV_EMISSING. */
vv_status vv_vault_session_need_ledger(const vv_vault_session *s, vv_error *err);
/* The key opens what is sealed, or some of it. VV_EREFUSED. */
vv_status vv_vault_session_need_reader(const vv_vault_session *s, vv_error *err);
/* Its ledger was had, and the key is a writer's who can read what is sealed now. VV_EMISSING, VV_EREFUSED. */
vv_status vv_vault_session_need_writer(const vv_vault_session *s, vv_error *err);

/* Takes the ledger in dir/ledger for the vault's. */
vv_status vv_vault_session_begin(vv_vault_session *s, const vv_cid *vault, vv_error *err);

/* Opens holders that are not open, and not dead, side by side (vv_ask_all: one that sleeps costs two seconds, and
 * nothing for the next ten minutes); one that cannot be reached is noted (place->why) and is no failure. */
vv_status vv_vault_session_reach(vv_vault_session *s, vv_error *err);
/* How many holders are not open, without those that are dead. */
size_t vv_vault_session_away(const vv_vault_session *s);
/* The same; then their records are listed: sync. */
vv_status vv_vault_session_connect(vv_vault_session *s, vv_error *err);
/* Records go to all reached holders that lack them; they come from them at the first time after connect. A holder that
 * fails is closed, with why. VV_ECORRUPT only for what is wrong here. */
vv_status vv_vault_session_sync(vv_vault_session *s, vv_error *err);
/* The same with one place that is reached; what was worked out of the ledger stays as it was. One that refuses records
 * has given those that it has. */
vv_status vv_vault_session_meet(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* What was put at the holders is durable (vv_holders_finish). lost (may be NULL) has place_count: of those where it
 * failed; vv_vault_place_put_failed says why. */
vv_status vv_vault_session_finish(vv_vault_session *s, bool *lost, vv_error *err);
/* Reads every record that the reached place has: place->meeting then says which are damaged. Where that
 * fails the holder is closed. */
vv_status vv_vault_session_look(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Closes a holder that failed; err says of what. */
void vv_vault_place_fail(vv_vault_place *p, const vv_error *err);
/* It did not take something: a shard of len bytes, a record (0). One that refused (VV_EREFUSED: it has no room, or
 * keeps nothing for this key) stays open to be read from; another one is closed. */
void vv_vault_place_put_failed(vv_vault_place *p, const vv_error *err, uint64_t len);
/* Is it worth being offered a shard of so many bytes? Where it had no room for one, a smaller one is. */
bool vv_vault_place_takes(const vv_vault_place *p, uint64_t len);
/* Something may have become smaller, or have gone: who refused is asked again. */
void vv_vault_session_offer_again(vv_vault_session *s);
/* Did it answer, though it may have been closed since for what it said? */
bool vv_vault_place_answered(const vv_vault_place *p);

/* The key is used in another place too, as records say that this repository did not write. */
vv_status vv_vault_session_check_key(const vv_vault_session *s, vv_error *err);
vv_status vv_vault_session_adopt(vv_vault_session *s, vv_error *err);

vv_vault_place *vv_vault_place_of(const vv_vault_session *s, const uint8_t id[VV_HOLDER_ID]);

/* A path below dir; owned by the caller. */
char *vv_vault_session_path(const vv_vault_session *s, const char *folder, const char *name);

/* What has waited, by the file of that name in dir (cmd/vault/sealed/waiting.h). */
vv_status vv_vault_session_waiting(const vv_vault_session *s, const char *name, vv_waiting **out,
				   vv_error *err);

/* The list of holders in the author's last vault record that has one, without the blanks at its end;
 * empty: there is none. */
vv_status vv_vault_session_places(const vv_vault_session *s, const uint8_t author[VV_KEY_PUBLIC],
				  vv_buf *out, vv_error *err);

#endif
