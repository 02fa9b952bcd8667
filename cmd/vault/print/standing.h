/*
 * standing: prints, for `varve vault ledger standing`, copies that others keep and the room that they get for it.
 */
#ifndef VV_CMD_VAULT_PRINT_STANDING_H
#define VV_CMD_VAULT_PRINT_STANDING_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* By the settings of a repository that keeps copies. VV_ENOTFOUND: this machine has no key. */
vv_status vv_print_standing(vv_repository *r, bool json, vv_error *err);

#endif
