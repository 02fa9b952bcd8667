/*
 * erase_vault: removes the erased data from the repository's vault, for 'varve erase' and its receipt.
 */
#ifndef VV_LIB_SPACE_ERASE_VAULT_H
#define VV_LIB_SPACE_ERASE_VAULT_H

#include "base/error.h"
#include "lib/space/erase_places.h"
#include "repo/git/repository.h"

#define VV_ERASE_VAULT "vault" /* vv_erase_answer.remote */

/* Prunes the vault of r, if it has one, and adds its answer. The list of erased data is written before.
 * Fails only if out of memory, or if .varveconfig is invalid. */
vv_status vv_erase_vault_free(vv_erase_answers *out, vv_repository *r, vv_error *err);

#endif
