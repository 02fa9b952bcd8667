/*
 * missing_records: which records of a ledger no holder has, and where one is damaged.
 */
#ifndef VV_CMD_VAULT_WORK_MISSING_RECORDS_H
#define VV_CMD_VAULT_WORK_MISSING_RECORDS_H

#include <stdint.h>

#include "cmd/vault/work/session.h"

/* A line of each record that is missing before one that is here; *count grows by them. */
vv_status vv_missing_records_tell(const vv_vault_session *s,
				  vv_status (*tell)(void *payload, const char *line, vv_error *err),
				  void *payload, uint64_t *count, vv_error *err);

/* The vault could not be opened, for rc: because of a damaged record? Returns rc, or VV_EMISSING with another
 * message. */
vv_status vv_missing_records_blame(const vv_vault_session *s, vv_status rc, vv_error *err);

#endif
