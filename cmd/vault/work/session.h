/*
 * session: opens a repository's vault, this machine's key and the holders, and exchanges records
 * with the holders.
 *
 * A correct caller calls vv_vault_session_open, which locks the vault: a repository has one session
 * at a time. vv_vault_session_connect opens the holders, and exchanges records with them. The
 * caller calls vv_vault_session_sync after it wrote records, and vv_vault_session_close at the end.
 * If the repository has no vault, policy.vault is null, and ledger and state are NULL.
 *
 * .git/varve/vault contains: lock; ledger/ (cmd/vault/hold/ledger.h); runs/ (the indexes of the
 * runs, a file for each run); spool/ (a run that is not in the vault yet); seen (the time of the
 * last contact with each holder); surplus (the waiting times of surplus.h); stranger (exists if
 * another machine wrote records with this repository's key).
 */
#ifndef VV_CMD_VAULT_WORK_SESSION_H
#define VV_CMD_VAULT_WORK_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "base/keys/key.h"
#include "base/progress.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_state.h"
#include "cmd/vault/sealed/epoch.h"
#include "cmd/vault/sealed/holder.h"
#include "cmd/vault/sealed/meeting.h"
#include "cmd/vault/work/policy.h"
#include "lib/remotes/transfer.h"
#include "lib/remotes/vault_config.h"
#include "repo/git/repository.h"
#include "transport/protocol/ask.h"

/* A holder of the session, connected or not. */
typedef struct vv_vault_place {
	const vv_holder_config *config; /* borrowed from the session */
	uint8_t id[VV_HOLDER_ID];       /* zeros while the session is not readable */
	vv_vault_holder *holder;        /* NULL: not open; `why` has the reason */
	vv_error why;
	vv_ask *ask; /* the attempt to reach the holder; NULL: not tried yet */
	/* the holder did not answer in time in this session, and is not contacted again in it */
	bool silent;
	bool behind; /* the holder was reached, but the last exchange of records failed */
	/* the holder is open, but refused a shard or record; `why` has the reason */
	bool refuses;
	/* with refuses: the size of the smallest refused shard in bytes; 0: a record was refused */
	uint64_t refused_len;
	uint64_t seen; /* time of the last contact, seconds since 1970; 0: never reached */
	/* number of reads of shards that failed since the last success, not counting missing and
	 * damaged shards */
	unsigned read_failures;
	vv_error read_why;            /* the error of the last failed read */
	uint64_t read_ms, read_bytes; /* time and bytes of successful reads */
	/* index of the first place in the same failure domain, which may be this place itself */
	size_t fails_with;
	vv_meeting meeting; /* the state of the exchanges of records */
} vv_vault_place;

/* A session. */
typedef struct vv_vault_session {
	vv_repository *repo;
	const vv_notes *notes;
	char *dir;    /* .git/varve/vault */
	vv_fd lock;   /* descriptor of the lock */
	uint64_t now; /* time of the session, in seconds since 1970 */
	bool again;   /* as in vv_session_options */
	vv_key key;
	bool has_key;
	vv_vault_policy policy;
	vv_holder_configs configs; /* the settings of all holders */
	vv_vault_place *places;
	size_t place_count;
	vv_transfer transfer; /* options for connections, and threads (lib/remotes/transfer.h) */
	vv_ledger *ledger;    /* NULL: no vault yet */
	/* the state that was last computed from the ledger; NULL: the ledger does not have the
	 * vault's first record, because no holder was reached yet */
	vv_vault_state *state;
	vv_epoch_secrets secrets; /* the secrets of epochs that the key can open */
	bool readable;            /* secrets is not empty */
	/* the numbers of files, counting records, and places from which state was computed */
	size_t state_files, state_counting, state_places;
	bool mend;     /* rewrite damaged records at holders; set by the caller */
	uint64_t read; /* bytes of shards received from holders */
	/* the last error of a holder that has a shard but did not send it; code VV_OK: no error */
	vv_error failed;
	/* shards of recently reconstructed stripes; NULL: no stripe was reconstructed */
	struct vv_block_cache *made;
	struct vv_block_cache *opened; /* the content of recently opened shards */
} vv_vault_session;

/* Options of a session. */
typedef struct vv_session_options {
	const char *key_file; /* file of the key to use; NULL: this machine's key */
	/* need_key: open the key, and fail if it does not exist; quiet: show no progress */
	bool need_key, quiet;
	const vv_notes *notes;
	uint64_t idle_sec; /* longest wait for a byte from a holder, in seconds; 0: the default */
	bool again;        /* also try holders that recently did not answer */
	/* if a holder does not send a shard at once, also request the shard from another holder */
	bool beside;
	bool at_once; /* do not wait for another command that works on the vault */
} vv_session_options;

/* Opens the session and locks the vault. Borrows r until vv_vault_session_close. On failure, the
 * session is closed. VV_ELOCKED: another command works on the vault. */
vv_status vv_vault_session_open(vv_vault_session *s, vv_repository *r, const vv_session_options *o,
				vv_error *err);
/* Opens the session, connects to the holders, and checks that the vault's ledger was read and that
 * the key can open sealed content. The errors are those of vv_vault_session_need_vault, _connect,
 * _need_ledger and _need_reader. On failure, the session is closed. */
vv_status vv_vault_session_open_to_read(vv_vault_session *s, vv_repository *r,
					const vv_session_options *o, vv_error *err);
/* Opens the session with this machine's key, or without a key if this fails. For callers that only
 * read: with the key, the ids of the holders are known. */
vv_status vv_vault_session_open_to_look(vv_vault_session *s, vv_repository *r,
					const vv_notes *notes, uint64_t idle_sec, vv_error *err);
/* Releases the lock, so that other processes can work on the vault. The caller must not write to
 * the vault afterwards. */
void vv_vault_session_unlock(vv_vault_session *s);
void vv_vault_session_close(vv_vault_session *s);
VV_AUTO_CLEAR(vv_vault_session, vv_vault_session_close)

#define VV_PLACE_UNNAMED "unnamed-" /* the beginning of a made-up name */

/* Adds a holder to this session; the settings are not changed. domain may be NULL. Moves s->places:
 * pointers to places become invalid. If the session already has a holder with this URL, no holder
 * is added; if that holder's name begins with VV_PLACE_UNNAMED, its name and domain are
 * replaced. */
vv_status vv_vault_session_add_place(vv_vault_session *s, const char *name, const char *url,
				     const char *domain, vv_error *err);

/* Returns the name of the failure domain of the place p: the configured name; else the name that
 * the holder reported; else, if another place has the same server key, this key; else "" (not
 * known). Places with the same domain or the same server key have the same name
 * (place->fails_with). Borrowed from s. */
const char *vv_vault_place_domain(const vv_vault_session *s, const vv_vault_place *p);

/* Sets the key (a DID) that the holder with this URL must have. If the session has another key for
 * this holder, closes the holder. */
vv_status vv_vault_session_expect_key(vv_vault_session *s, const char *url, const char *key,
				      vv_error *err);

/* Checks that this repository has a vault. VV_ENOTFOUND: this repository has no vault. */
vv_status vv_vault_session_need_vault(const vv_vault_session *s, vv_error *err);

/* Checks that the vault's ledger was read. VV_EMISSING: no reachable holder has the ledger. */
vv_status vv_vault_session_need_ledger(const vv_vault_session *s, vv_error *err);
/* Checks that the key can open at least some sealed content. VV_EREFUSED: the key cannot open any
 * content. */
vv_status vv_vault_session_need_reader(const vv_vault_session *s, vv_error *err);
/* Checks that the ledger was read, that the key is a writer's key, and that the key can open newly
 * sealed content. VV_EMISSING: the ledger was not read. VV_EREFUSED: the key does not have these
 * rights. */
vv_status vv_vault_session_need_writer(const vv_vault_session *s, vv_error *err);

/* Opens the ledger in dir/ledger as the ledger of the vault, and computes the vault's state. Closes
 * the ledger and the state that the session had before. */
vv_status vv_vault_session_begin(vv_vault_session *s, const vv_cid *vault, vv_error *err);

/* Opens all holders that are not open, in parallel, except dead and silent ones. An unreachable holder is not
 * an error: its place->why has the reason. A holder that does not answer in time is skipped by
 * later commands for some minutes (vv_ask_all). */
vv_status vv_vault_session_reach(vv_vault_session *s, vv_error *err);
/* Returns the number of holders that are not open, except dead ones. */
size_t vv_vault_session_away(const vv_vault_session *s);
/* Calls vv_vault_session_reach and vv_vault_session_sync, and writes the file "seen". */
vv_status vv_vault_session_connect(vv_vault_session *s, vv_error *err);
/* Makes the local records durable, exchanges records with each open holder (vv_meeting_run), and
 * makes the sent records durable. If records were added, replaces s->state: pointers into the old
 * state become invalid. A holder that fails is not an error: it is closed (or stays open, see
 * vv_vault_place_put_failed), and its place->why has the reason. VV_ECORRUPT: data on this machine
 * is damaged. */
vv_status vv_vault_session_sync(vv_vault_session *s, vv_error *err);
/* Exchanges records with one open holder, as vv_vault_session_sync does, but does not replace the
 * state. */
vv_status vv_vault_session_meet(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Makes all data sent to the holders durable (vv_holders_finish). If lost is not NULL, sets lost[i]
 * to true if place i failed, and else to false; place->why has the reason. */
vv_status vv_vault_session_finish(vv_vault_session *s, bool *lost, vv_error *err);
/* Reads every record of the open holder p; p->meeting then lists the damaged records. On failure,
 * the holder is closed. */
vv_status vv_vault_session_look(vv_vault_session *s, vv_vault_place *p, vv_error *err);
/* Closes the holder p, which failed with the error err. */
void vv_vault_place_fail(vv_vault_place *p, const vv_error *err);
/* Notes that the holder p did not store a shard of len bytes, or a record (len 0), because of the
 * error err. If the error is VV_EREFUSED (the holder is full, or stores nothing for this key), the
 * holder stays open for reading. After any other error, it is closed. */
void vv_vault_place_put_failed(vv_vault_place *p, const vv_error *err, uint64_t len);
/* Returns true if a shard of len bytes should be sent to the holder p: the holder is open, and has
 * not refused a shard of this size or a smaller one. */
bool vv_vault_place_takes(const vv_vault_place *p, uint64_t len);
/* Makes vv_vault_place_takes return true again for holders that have refused shards. Call this
 * after shards were removed. */
void vv_vault_session_offer_again(vv_vault_session *s);
/* Returns true if the holder p is open, or was closed because of an error that it answered, and not
 * because it could not be reached. */
bool vv_vault_place_answered(const vv_vault_place *p);

/* Checks that the key is used only in this repository. VV_ECONFLICT: the ledger has records that
 * were signed with the key and that this repository did not write. VV_EMISSING: earlier records of
 * the key are missing. */
vv_status vv_vault_session_check_key(const vv_vault_session *s, vv_error *err);
/* Removes the file "stranger": the records in the ledger that were signed with the key then count
 * as written by this repository. vv_vault_session_check_key still fails if records are missing, or
 * if two records have the same number. */
vv_status vv_vault_session_adopt(vv_vault_session *s, vv_error *err);

/* Returns the place with this id. NULL: no such place. */
vv_vault_place *vv_vault_place_of(const vv_vault_session *s, const uint8_t id[VV_HOLDER_ID]);

/* Returns the path of the file `name` in `folder`, a subfolder of s->dir. If name is NULL, returns
 * the path of s->dir/folder. The caller frees the path with vv_free. NULL: out of memory. */
char *vv_vault_session_path(const vv_vault_session *s, const char *folder, const char *name);

/* Sets the content of out to the list of holders in the author's newest vault record that has a
 * list, without padding. out is empty if no record of the author has a list. s->state must not be
 * NULL. */
vv_status vv_vault_session_places(const vv_vault_session *s, const uint8_t author[VV_KEY_PUBLIC],
				  vv_buf *out, vv_error *err);

#endif
