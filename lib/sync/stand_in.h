/*
 * stand_in: chooses the copy that takes the place of a remote that does not answer.
 */
#ifndef VV_LIB_SYNC_STAND_IN_H
#define VV_LIB_SYNC_STAND_IN_H

#include <stddef.h>

#include "base/error.h"
#include "lib/remotes/transfer.h"

/* Of the suppliers at these places, which all answered, the one with the newest signed head; of equal ones the first, and so
 * where nothing signed is trusted. Those with heads that cannot be believed are left out; where all are, the first says why:
 * VV_EREFUSED, VV_ECORRUPT, or that it does not answer any more. count: at least 1. */
vv_status vv_stand_in_choose(size_t *best, vv_transfer *t, vv_repository *r, vv_supplier *suppliers,
			     const size_t *places, size_t count, vv_error *err);

#endif
