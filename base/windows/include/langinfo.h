/*
 * langinfo: programs of varve read and write UTF-8.
 */
#ifndef VV_BASE_WINDOWS_LANGINFO_H
#define VV_BASE_WINDOWS_LANGINFO_H

#define CODESET 14
#define nl_langinfo(item) "UTF-8"

#endif
