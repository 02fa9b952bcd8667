/* Public keys and hashed names for known_hosts_test.c. Their private keys were not kept. */
#ifndef VV_TESTS_UNIT_TRANSPORT_KNOWN_HOSTS_KEYS_H
#define VV_TESTS_UNIT_TRANSPORT_KNOWN_HOSTS_KEYS_H

#define ED25519_KEY "AAAAC3NzaC1lZDI1NTE5AAAAIEMDb1c5Jqmv78jCtvGPqoTdoLroqUQC+LC2g/NgS7XZ"
#define ED25519_PRINT "SHA256:jyBxLx8IQcJRnWDejh67kH3+SJZPDnSB61PrGaA7lv8"
#define OTHER_ED25519_KEY "AAAAC3NzaC1lZDI1NTE5AAAAIJIMr5tz8jBPjhcCe16+walDNfERTVHxG78vPUgqdrps"
#define ECDSA_KEY                                                                                  \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKCO/YwJHSjH45D91Vj0FJJXhM7m"         \
	"IPKNaeKklvaBhfWfNehVdeKs1KzRcZpxKN40aOK0tLGiB4Ix3Bi7hUin1GA="
#define HASHED_HOST "|1|2UaQ1oO1ral3eYdNlVOw+KajrEc=|VT6Cfglg/LeR83XtUOtOXkviUFI="
#define HASHED_HOST_2222 "|1|SldZ1NjxA+kAXMZSBqMYuHZQhRM=|h1tbyAg0G7VsCNyMSPxGbTtldyU="

#endif
