/*
 * erase_vault: looks for the erased data in the repository's vault, for the receipt of 'varve erase'.
 */
#ifndef VV_LIB_SPACE_ERASE_VAULT_H
#define VV_LIB_SPACE_ERASE_VAULT_H

#include "base/error.h"
#include "lib/space/erase_places.h"
#include "repo/git/repository.h"

/* Adds the answer of the vault of r, if it has one. The list of erased data is written before. Fails
 * only if out of memory, or if .varveconfig is invalid. */
vv_status vv_erase_vault_look(vv_erase_answers *out, vv_repository *r, vv_error *err);

#endif
