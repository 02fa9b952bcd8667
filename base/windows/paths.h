/*
 * paths: between UTF-8 with '/' and the paths of Windows.
 */
#ifndef VV_BASE_WINDOWS_PATHS_H
#define VV_BASE_WINDOWS_PATHS_H

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#define VV_WIDE_MAX 4096u
#define VV_UNIX_TICKS UINT64_C(116444736000000000) /* 1970, in 100 ns since 1601 */

/* Writes path as Windows takes it: UTF-16 with '\\', and from 240 characters on as "\\?\...". Returns out,
 * or NULL with errno set: ENOENT (path is empty), EILSEQ (no UTF-8), ENAMETOOLONG. */
wchar_t *vv_wide_path(wchar_t out[VV_WIDE_MAX], const char *path);
/* Writes a path of Windows as UTF-8 with '/', without "\\?\". Returns out, or NULL with errno set: ERANGE. */
char *vv_narrow_path(char *out, size_t size, const wchar_t *path);
/* Returns a copy of the text in UTF-8, which the caller frees; NULL: out of memory. */
char *vv_narrow_text(const wchar_t *text);
/* Sets errno to what GetLastError() reports. Returns -1. */
int vv_windows_failed(void);
/* Writes the text of an errno to out. The C library of Windows has none above 42. */
void vv_windows_error_text(char *out, size_t size, int number);

#endif
