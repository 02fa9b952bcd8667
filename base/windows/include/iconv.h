/*
 * iconv: converts between encodings by the code pages of Windows.
 *
 * A byte that a code page converts to a control or private character, for lack of a real one, is invalid.
 */
#ifndef VV_BASE_WINDOWS_ICONV_H
#define VV_BASE_WINDOWS_ICONV_H

#include <stddef.h>

typedef struct vv_windows_iconv *iconv_t;

iconv_t iconv_open(const char *to, const char *from);
size_t iconv(iconv_t how, char **in, size_t *left, char **out, size_t *room);
int iconv_close(iconv_t how);

#endif
