/*
 * near_file: the file that a mistyped word was meant to be.
 */
#ifndef VV_LIB_NAMES_NEAR_FILE_H
#define VV_LIB_NAMES_NEAR_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* The path of a commit (NULL: of the index) that is nearest to path, from the top; NULL: none is near. The caller's
 * (vv_free). */
char *vv_near_file(vv_repository *r, const vv_oid *commit, const char *path);

/* 2026-10, monday: it may be a date, but a file is called so, which wins. */
bool vv_day_is_file(const char *word);

/* A word that is neither a version, for which err has the reason, nor a file of the work tree: if a tracked file is called
 * almost so, err names it. The status of err. */
vv_status vv_near_file_hint(vv_repository *r, const char *word, vv_error *err);

#endif
