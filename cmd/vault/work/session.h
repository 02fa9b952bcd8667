/*
 * session: a repository, its vault, this machine's key and the holders, open together.
 *
 * A correct caller: open (which locks the vault: one session per repository); connect (which
 * reaches the holders, and exchanges records of the ledger); work; sync again after writing
 * records; close. Without a vault, policy.vault is null and state is NULL.
 *
 * .git/varve/vault contains: lock; ledger/ (cmd/vault/hold/ledger.h); runs/ (the vault's items, a
 * file for each run); spool/ (an unfinished run); seen (the time of the last contact with each
 * holder); met (the records that each holder had at that time, and the time of the last full
 * listing); stranger (exists if this repository's key was found in use elsewhere).
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
 * policy: the wanted number of copies, set in .varveconfig (lib/remotes/vault_config.h).
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
	vv_cid vault; /* null: the repository has no vault yet */
	/* 0: not set. With a code, the number for shards without a stripe: parity + 1 */
	unsigned copies;
	unsigned min;
	vv_code code; /* data is 0 if no code is set */
} vv_vault_policy;

/* Reads a code such as "4+2". VV_EUSAGE: invalid; err describes the syntax. */
vv_status vv_vault_code_read(vv_code *out, const char *text, vv_error *err);

/* Reads the policy from the work tree's .varveconfig. VV_EINPUT: the file is invalid. */
vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err);
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err);

typedef struct vv_vault_place {
	const vv_holder_config *config; /* borrowed from the session */
	uint8_t id[VV_HOLDER_ID];       /* set once the repository has a vault */
	vv_vault_holder *holder;        /* NULL: not reached; why has the reason */
	vv_error why;
	vv_ask *ask;  /* the attempt to reach the holder; NULL: not tried yet */
	bool silent;  /* the holder did not answer in this session, and is not tried again */
	bool behind;  /* the holder was reached, but the exchange of records failed */
	bool refuses; /* the holder sends data, but refused a shard or record; why has the reason */
	/* with refuses: the size of the smallest refused shard in bytes; 0: a record was refused */
	uint64_t refused_len;
	uint64_t seen; /* time of the last contact, seconds since 1970; 0: never reached */
	/* number of consecutive failed reads of shards; a reply that the shard is missing is not
	 * a failure */
	unsigned read_failures;
	vv_error read_why;            /* the error of the last failed read */
	uint64_t read_ms, read_bytes; /* time and bytes of successful reads */
	/* index of the first place in the same failure domain; the place's own index if no
	 * earlier one is */
	size_t fails_with;
	/* the records that the holder lacked at the last exchange, and its damaged ones */
	vv_meeting meeting;
} vv_vault_place;

typedef struct vv_vault_session {
	vv_repository *repo;
	const vv_notes *notes;
	char *dir; /* .git/varve/vault */
	int lock;
	uint64_t now;
	bool again; /* as in vv_session_options */
	vv_key key;
	bool has_key;
	vv_vault_policy policy;
	vv_holder_configs configs;
	vv_vault_place *places;
	size_t place_count;
	vv_transfer transfer;
	vv_ledger *ledger; /* NULL: no vault yet */
	/* computed from the ledger at the last refresh; NULL: the ledger was not read */
	vv_vault_state *state;
	vv_epoch_secrets secrets;
	bool readable; /* secrets is not empty */
	/* the size of the ledger that state was computed from */
	size_t state_files, state_counting, state_places;
	bool mend;     /* rewrite damaged records at holders; set by the caller */
	uint64_t read; /* bytes of shards received from holders */
	/* the last error of a holder that has a shard but did not send it; code VV_OK: no error */
	vv_error failed;
	/* shards of recently reconstructed stripes; NULL: no stripe was reconstructed */
	struct vv_block_cache *made;
	struct vv_block_cache *opened; /* the content of recently opened shards */
} vv_vault_session;

/* key_file: the file of the key to use; NULL: this machine's key. need_key false: the session
 * also works without a key. */
typedef struct vv_session_options {
	const char *key_file;
	bool need_key, quiet;
	const vv_notes *notes;
	uint64_t idle_sec; /* 0: the default */
	bool again;        /* also tries holders that were silent recently */
	/* a shard that a holder does not send at once is also requested from another */
	bool beside;
	bool at_once; /* do not wait for another command that works on the vault */
} vv_session_options;

/* Opens the session and locks the vault. VV_ELOCKED: another command works on the vault. */
vv_status vv_vault_session_open(vv_vault_session *s, vv_repository *r, const vv_session_options *o,
				vv_error *err);
/* Opens the session, connects to the holders, and reads their records and the content that the
 * key can open. */
vv_status vv_vault_session_open_to_read(vv_vault_session *s, vv_repository *r,
					const vv_session_options *o, vv_error *err);
/* Opens the session for reading only, with this machine's key if there is one: the key can name
 * the holders. */
vv_status vv_vault_session_open_to_look(vv_vault_session *s, vv_repository *r,
					const vv_notes *notes, uint64_t idle_sec, vv_error *err);
/* Allows other processes to work on the vault: this session then uses only data read before, and
 * writes nothing. */
void vv_vault_session_unlock(vv_vault_session *s);
void vv_vault_session_close(vv_vault_session *s);
VV_AUTO_CLEAR(vv_vault_session, vv_vault_session_close)

/* Adds a holder for this session. A holder with this URL is not added again, but gets the name
 * and the domain if its own name begins with VV_PLACE_UNNAMED. */
#define VV_PLACE_UNNAMED "unnamed-"
vv_status vv_vault_session_add_place(vv_vault_session *s, const char *name, const char *url,
				     const char *domain, vv_error *err);

/* Returns the name of the place's failure domain: as configured, or as reported by the holder;
 * for two addresses of one server without a known domain, its key; "": unknown. Places that
 * connect found to share a domain or a key have the same name. */
const char *vv_vault_place_domain(const vv_vault_session *s, const vv_vault_place *p);

/* Sets the key that the vault expects from the holder with that URL, and closes the holder if it
 * showed another key. */
vv_status vv_vault_session_expect_key(vv_vault_session *s, const char *url, const char *key,
				      vv_error *err);

/* Checks that this repository has a vault. VV_ENOTFOUND: it has none. */
vv_status vv_vault_session_need_vault(const vv_vault_session *s, vv_error *err);

/* Checks that the vault's ledger was read. VV_EMISSING: no reachable holder has it. */
vv_status vv_vault_session_need_ledger(const vv_vault_session *s, vv_error *err);
/* Checks that the key can open at least some sealed content. VV_EREFUSED: it cannot. */
vv_status vv_vault_session_need_reader(const vv_vault_session *s, vv_error *err);
/* Checks that the ledger was read, and that the key is a writer's and can read currently sealed content.
 * VV_EMISSING, VV_EREFUSED. */
vv_status vv_vault_session_need_writer(const vv_vault_session *s, vv_error *err);

/* Opens the ledger in dir/ledger as that of the vault, and computes its state. */
vv_status vv_vault_session_begin(vv_vault_session *s, const vv_cid *vault, vv_error *err);

/* Opens all closed holders in parallel, except dead ones (vv_ask_all: a holder that does not
 * answer costs two seconds, and nothing for the next ten minutes). An unreachable holder is not
 * a failure: its place->why gets the reason. */
vv_status vv_vault_session_reach(vv_vault_session *s, vv_error *err);
/* Returns the number of holders that are not open, without dead ones. */
size_t vv_vault_session_away(const vv_vault_session *s);
/* Reaches the holders (vv_vault_session_reach), then exchanges records with them
 * (vv_vault_session_sync). */
vv_status vv_vault_session_connect(vv_vault_session *s, vv_error *err);
/* Sends records to all reached holders that lack them; the first call after connect also reads
 * the holders' records. A failing holder is closed, and its place->why has the reason.
 * VV_ECORRUPT only for local damage. */
vv_status vv_vault_session_sync(vv_vault_session *s, vv_error *err);
/* Exchanges records with one reached place, as vv_vault_session_sync, but without updating the
 * state. A holder that refuses records has still sent its own. */
vv_status vv_vault_session_meet(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Makes all puts at the holders durable (vv_holders_finish). lost (may be NULL) has place_count
 * entries: true if the place failed; its why has the reason. */
vv_status vv_vault_session_finish(vv_vault_session *s, bool *lost, vv_error *err);
/* Reads every record of the reached place: place->meeting then lists the damaged ones. On
 * failure the holder is closed. */
vv_status vv_vault_session_look(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Closes a failed holder; err is its error. */
void vv_vault_place_fail(vv_vault_place *p, const vv_error *err);
/* Notes that the holder did not store a shard of len bytes, or a record (len 0). After
 * VV_EREFUSED (the holder has no room, or stores nothing for this key) it stays open for
 * reading; after any other error it is closed. */
void vv_vault_place_put_failed(vv_vault_place *p, const vv_error *err, uint64_t len);
/* Should a shard of len bytes be offered to the holder? Not if it refused a shard of this size
 * or smaller for lack of space. */
bool vv_vault_place_takes(const vv_vault_place *p, uint64_t len);
/* Call it after shards were removed: offers shards again to holders that refused some. */
void vv_vault_session_offer_again(vv_vault_session *s);
/* Did the holder answer in this session, even if the answer was an error and the holder was
 * closed? */
bool vv_vault_place_answered(const vv_vault_place *p);

/* Fails if the key is also used elsewhere: the ledger has records of it that this repository did
 * not write. */
vv_status vv_vault_session_check_key(const vv_vault_session *s, vv_error *err);
vv_status vv_vault_session_adopt(vv_vault_session *s, vv_error *err);

vv_vault_place *vv_vault_place_of(const vv_vault_session *s, const uint8_t id[VV_HOLDER_ID]);

/* Returns the path of name in a folder of dir (name NULL: of the folder); owned by the caller;
 * NULL: out of memory. */
char *vv_vault_session_path(const vv_vault_session *s, const char *folder, const char *name);

/* Opens the waiting times in the file `name` of dir (cmd/vault/sealed/waiting.h). */
vv_status vv_vault_session_waiting(const vv_vault_session *s, const char *name, vv_waiting **out,
				   vv_error *err);

/* Sets out to the list of holders in the author's newest vault record with a list, without
 * trailing padding; empty: no such record. */
vv_status vv_vault_session_places(const vv_vault_session *s, const uint8_t author[VV_KEY_PUBLIC],
				  vv_buf *out, vv_error *err);

#endif
