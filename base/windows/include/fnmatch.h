/*
 * fnmatch: patterns of the shell, with '*', '?', '[...]' and '\\'.
 */
#ifndef VV_BASE_WINDOWS_FNMATCH_H
#define VV_BASE_WINDOWS_FNMATCH_H

#define FNM_NOMATCH 1

/* flags: 0. */
int fnmatch(const char *pattern, const char *text, int flags);

#endif
