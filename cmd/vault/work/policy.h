/*
 * policy: the requested number of copies, set in .varveconfig (lib/remotes/vault_config.h).
 *
 *	[vault]
 *		id = bafyrei...
 *		copies = 2
 *		min = 1
 *
 * or, in place of copies, "code = 4+2".
 */
#ifndef VV_CMD_VAULT_WORK_POLICY_H
#define VV_CMD_VAULT_WORK_POLICY_H

#include "base/error.h"
#include "cmd/vault/hold/code.h"
#include "repo/git/repository.h"

#define VV_COPIES_MAX 32u /* the greatest number of copies in a policy */

/* The policy of a repository. */
typedef struct vv_vault_policy {
	vv_cid vault; /* null: the repository has no vault yet */
	/* number of copies; 0: not set. If a code is set: parity + 1, the number of copies of each
	 * shard that is in no stripe */
	unsigned copies;
	unsigned min; /* least number of copies; 0: not set */
	vv_code code; /* data is 0 if no code is set */
} vv_vault_policy;

/* Parses text as a code such as "4+2", and sets *out. VV_EUSAGE: text is not a valid code; the
 * message has the syntax. */
vv_status vv_vault_code_read(vv_code *out, const char *text, vv_error *err);

/* Reads the policy from the work tree's .varveconfig. VV_EINPUT: the file is invalid. */
vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err);
/* Writes the policy p to the work tree's .varveconfig. */
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err);

#endif
