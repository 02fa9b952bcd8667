/*
 * standing: how `varve vault ledger standing` prints what identities keep, and the room that they have for it.
 */
#ifndef VV_CMD_VAULT_PRINT_STANDING_H
#define VV_CMD_VAULT_PRINT_STANDING_H

#include <stdbool.h>

#include "base/error.h"
#include "cmd/vault/keep/standing_report.h"

vv_status vv_print_standing(const vv_standing_report *x, bool json, vv_error *err);

#endif
