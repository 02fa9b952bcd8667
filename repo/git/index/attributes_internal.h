/*
 * attributes_internal: conversion of files on their way into the repository and out of it.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTES_INTERNAL_H
#define VV_REPO_GIT_INDEX_ATTRIBUTES_INTERNAL_H

#include "repo/git/index/attributes.h"
#include "repo/git/repository_internal.h"

/* How a path's content changes between work tree and repository. */
typedef struct vv_conversion {
	bool foreign;  /* a filter program or encoding that only git can run */
	char name[64]; /* of the filter */
	bool builtin;  /* libgit2 may convert line ends or ident */
} vv_conversion;
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err);

/* libgit2's own conversions of a path (line ends, ident); *out NULL when none. */
vv_status vv_filters_of(vv_repository *r, const char *path, const vv_conversion *c,
			bool to_worktree, git_filter_list **out, vv_error *err);

#endif
