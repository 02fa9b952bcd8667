/*
 * recover: restores a repository from a vault, on a machine that has only a key and the URL of one
 * holder.
 *
 * The vault's records name the other holders. Blocks and Git objects are received as from a peer:
 * each is checked against its name. The refs and HEAD are written last. If a recovery is
 * interrupted, the next attempt uses the data that was received.
 */
#ifndef VV_CMD_VAULT_WORK_RECOVER_H
#define VV_CMD_VAULT_WORK_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/text.h"
#include "cmd/vault/work/session.h"

/* The arguments and results of vv_recover_run. */
typedef struct vv_recover {
	const char *const *urls; /* the URLs of holders */
	size_t url_count;
	const vv_cid *vault; /* the id of the vault; NULL: the only vault that the holders have */
	/* a record that the holders must have; NULL: no such record is required */
	const vv_cid *expect;
	/* called with a line of text for each thing that is missing or not the newest; not NULL */
	void (*missing)(const char *line);
	/* The members below are results. */
	vv_cid head;                        /* the newest vault record */
	uint64_t head_time;                 /* the time of head, in seconds since 1970 */
	uint8_t head_author[VV_KEY_PUBLIC]; /* the key that signed head */
	size_t shown,                       /* the number of reached holders that had all records */
		asked;                      /* the number of reached holders */
	/* the numbers of restored blocks, Git objects and refs */
	uint64_t blocks, objects, refs;
	/* the numbers of shards, versions and ledger records that are missing */
	uint64_t missing_shards, missing_versions, missing_records;
	/* The refs of the newest run get their own names. If a ref of another run has diverged, it
	 * is restored as refs/recovered/KEY/..., or, if the same key signed a second run that does
	 * not follow its other run, as refs/recovered/KEY-HEAD/... beside is the number of these
	 * second refs. */
	uint64_t beside;
	/* the restored state is not the newest one; missing() was called with the newer vault
	 * records, and with the age of each ref */
	bool older;
	/* the branch of HEAD; NULL: HEAD is detached, or the vault has no HEAD. Owned */
	char *branch;
} vv_recover;

/* Restores the repository of the session, which must have a key and no vault yet. Connects the
 * session, and writes the settings of the holders. VV_EMISSING: the ledger or Git's history cannot
 * be restored; received data is kept for the next attempt. VV_EREFUSED: the vault is not sealed to
 * the key. VV_ECONFLICT: the holders do not have the record x->expect. VV_ENOTFOUND: no vault was
 * found, or the vault is empty. VV_EUSAGE: the holders have several vaults, and x->vault is
 * NULL. */
vv_status vv_recover_run(vv_recover *x, vv_vault_session *s, vv_error *err);
void vv_recover_clear(vv_recover *x);
VV_AUTO_CLEAR(vv_recover, vv_recover_clear)

#endif
