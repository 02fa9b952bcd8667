/*
 * varve/varve.h: includes all public headers of libvarve, except arrow.h.
 *
 *	repo --find, at--> version --open--> table --open--> rows     cells, as the file spells them
 *	  |                   '-- bytes        '-- + table --> diff --> changes
 *	  |-- log, refs, changes, row history, check
 *	  |-- txn: add, put, remove --> stage, commit
 *	  '-- clone, fetch, push
 */
#ifndef VARVE_VARVE_H
#define VARVE_VARVE_H

#include "varve/base.h"
#include "varve/check.h"
#include "varve/diff.h"
#include "varve/history.h"
#include "varve/merge.h"
#include "varve/repo.h"
#include "varve/sync.h"
#include "varve/table.h"
#include "varve/version.h"
#include "varve/write.h"

#endif
