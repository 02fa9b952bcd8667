/*
 * session: a repository, its vault, this machine's key and the holders, open together.
 *
 * A correct caller: open (which locks: one session a repository); connect (reaches the holders, and exchanges
 * records of the ledger); work; sync again after writing records; close. Without a vault, vault is null and
 * state is NULL.
 *
 * .git/varve/vault contains: lock; ledger/ (cmd/vault/hold/ledger.h); runs/ (the vault's items, a file for
 * each run); spool/ (an unfinished run); seen (the last contact with each holder); met (the records that each
 * had then, and the time of the last full listing); stranger (the key was found in use elsewhere).
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
 * or, in place of copies, "code = 4+2".
 */

#define VV_COPIES_MAX 32u

typedef struct vv_vault_policy {
	vv_cid vault;    /* null: there is none yet */
	unsigned copies; /* 0: not set; with a code: of shards without a stripe, parity + 1 */
	unsigned min;
	vv_code code; /* data 0: none */
} vv_vault_policy;

/* "4+2"; VV_EUSAGE: err has the form of a code. */
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
	bool silent;  /* it did not answer in this session: not tried again */
	bool behind;  /* it was reached, but the exchange of records failed */
	bool refuses; /* it is reached, sends its records, and rejected one: why */
	/* then: the bytes of the smallest shard that it did not take; 0: of a record */
	uint64_t refused_len;
	uint64_t seen; /* when it was last reached, seconds since 1970; 0: never */
	/* reads of shards in a row that failed, other than by saying that it has none */
	unsigned read_failures;
	vv_error read_why;            /* of the last of them */
	uint64_t read_ms, read_bytes; /* of reads that succeeded */
	size_t fails_with; /* the first place that fails together with it; itself, if there is none */
	/* the records that it lacked at the last exchange, and damaged ones */
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
	vv_vault_state *state; /* of the ledger at the last refresh */
	vv_epoch_secrets secrets;
	bool readable;                                    /* has secrets */
	size_t state_files, state_counting, state_places; /* what state was worked out of */
	bool mend;       /* damaged records at holders are written again; the caller's to set */
	uint64_t read;   /* bytes of shards that came from holders */
	vv_error failed; /* the last error of a holder that has a shard but did not send it; VV_OK:
			 * none */
	/* shards of the stripes that were made whole last; NULL: none was */
	struct vv_block_cache *made;
	struct vv_block_cache *opened; /* the content of recently opened shards */
} vv_vault_session;

/* key_file: another key than this machine's; NULL: that. need_key false: statements that need none. */
typedef struct vv_session_options {
	const char *key_file;
	bool need_key, quiet;
	const vv_notes *notes;
	uint64_t idle_sec; /* --timeout; 0: as usual */
	bool again;        /* also tries holders that were silent recently */
	bool beside;       /* a shard that one holder does not send at once, another has */
	bool at_once;      /* another command that works on the vault is not waited for */
} vv_session_options;

/* VV_ELOCKED: another command works on the vault. */
vv_status vv_vault_session_open(vv_vault_session *s, vv_repository *r, const vv_session_options *o,
				vv_error *err);
/* Opens it, reaches the holders, and reads their records and the content that the key can open. */
vv_status vv_vault_session_open_to_read(vv_vault_session *s, vv_repository *r,
					const vv_session_options *o, vv_error *err);
/* Only to look: with this machine's key, which can name the holders, if there is one. */
vv_status vv_vault_session_open_to_look(vv_vault_session *s, vv_repository *r,
					const vv_notes *notes, uint64_t idle_sec, vv_error *err);
/* Allows other processes to work on the vault: this one then uses only data read before, and writes
 * nothing. */
void vv_vault_session_unlock(vv_vault_session *s);
void vv_vault_session_close(vv_vault_session *s);
VV_AUTO_CLEAR(vv_vault_session, vv_vault_session_close)

/* One more holder, for this session. One with this URL is not added again; it gets the name and the domain
 * where its own begins with VV_PLACE_UNNAMED. */
#define VV_PLACE_UNNAMED "unnamed-"
vv_status vv_vault_session_add_place(vv_vault_session *s, const char *name, const char *url,
				     const char *domain, vv_error *err);

/* The name of the place's failure domain: as configured, or as reported by the holder, or the key, for two
 * addresses of one server without a known domain; "": unknown. Places found by connect in one domain, or
 * with one key, have the same. */
const char *vv_vault_place_domain(const vv_vault_session *s, const vv_vault_place *p);

/* The vault's key for the holder with that URL: closes the holder if it showed another. */
vv_status vv_vault_session_expect_key(vv_vault_session *s, const char *url, const char *key,
				      vv_error *err);

/* VV_ENOTFOUND: this repository has no vault. */
vv_status vv_vault_session_need_vault(const vv_vault_session *s, vv_error *err);

/* Its ledger was had. VV_EMISSING. */
vv_status vv_vault_session_need_ledger(const vv_vault_session *s, vv_error *err);
/* Checks that the key can open sealed content, at least some of it. VV_EREFUSED. */
vv_status vv_vault_session_need_reader(const vv_vault_session *s, vv_error *err);
/* Checks that the ledger was read, and that the key is a writer's and can read currently sealed content.
 * VV_EMISSING, VV_EREFUSED. */
vv_status vv_vault_session_need_writer(const vv_vault_session *s, vv_error *err);

/* Takes the ledger in dir/ledger for the vault's. */
vv_status vv_vault_session_begin(vv_vault_session *s, const vv_cid *vault, vv_error *err);

/* Opens holders that are not open, and not dead, in parallel (vv_ask_all: a sleeping one costs two seconds, and
 * nothing for the next ten minutes); an unreachable one is noted (place->why) and not a failure. */
vv_status vv_vault_session_reach(vv_vault_session *s, vv_error *err);
/* How many holders are not open, without those that are dead. */
size_t vv_vault_session_away(const vv_vault_session *s);
/* The same; then their records are listed: sync. */
vv_status vv_vault_session_connect(vv_vault_session *s, vv_error *err);
/* Sends records to all reached holders that lack them; the first time after connect it also reads theirs. A failing
 * holder is closed, with why. VV_ECORRUPT only for local damage. */
vv_status vv_vault_session_sync(vv_vault_session *s, vv_error *err);
/* The same with one reached place; the computed state of the ledger is not updated. A holder that refuses records has
 * sent its own. */
vv_status vv_vault_session_meet(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Makes all puts at the holders durable (vv_holders_finish). lost (may be NULL) has place_count entries: true if it
 * failed; vv_vault_place_put_failed has the reason. */
vv_status vv_vault_session_finish(vv_vault_session *s, bool *lost, vv_error *err);
/* Reads every record of the reached place: place->meeting then lists damaged ones. On failure the
 * holder is closed. */
vv_status vv_vault_session_look(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Closes a failed holder; err is its error. */
void vv_vault_place_fail(vv_vault_place *p, const vv_error *err);
/* It did not take something: a shard of len bytes, a record (0). One that refused (VV_EREFUSED: it has no room, or
 * keeps nothing for this key) stays open to be read from; another one is closed. */
void vv_vault_place_put_failed(vv_vault_place *p, const vv_error *err, uint64_t len);
/* Should a shard of len bytes be offered to it? Not if it refused one of this size or smaller for lack
 * of space. */
bool vv_vault_place_takes(const vv_vault_place *p, uint64_t len);
/* After shards were removed: holders that refused are tried again. */
void vv_vault_session_offer_again(vv_vault_session *s);
/* Did it answer, even if it was closed since for its answer? */
bool vv_vault_place_answered(const vv_vault_place *p);

/* Fails if the key is also used elsewhere: the ledger has records of it that this repository did
 * not write. */
vv_status vv_vault_session_check_key(const vv_vault_session *s, vv_error *err);
vv_status vv_vault_session_adopt(vv_vault_session *s, vv_error *err);

vv_vault_place *vv_vault_place_of(const vv_vault_session *s, const uint8_t id[VV_HOLDER_ID]);

/* A path below dir; owned by the caller. */
char *vv_vault_session_path(const vv_vault_session *s, const char *folder, const char *name);

/* Opens the waiting times in the file of that name in dir (cmd/vault/sealed/waiting.h). */
vv_status vv_vault_session_waiting(const vv_vault_session *s, const char *name, vv_waiting **out,
				   vv_error *err);

/* The list of holders in the author's last vault record that has one, without the blanks at its end;
 * empty: there is none. */
vv_status vv_vault_session_places(const vv_vault_session *s, const uint8_t author[VV_KEY_PUBLIC],
				  vv_buf *out, vv_error *err);

#endif
