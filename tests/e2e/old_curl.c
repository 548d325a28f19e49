/* To be preloaded: a libcurl that says of itself what the environment says. */
#include <stdlib.h>

#include <curl/curl.h>

curl_version_info_data *curl_version_info(CURLversion age)
{
    static curl_version_info_data info;
    (void)age;
    info.version = getenv("OLD_CURL");
    info.version_num = (unsigned)strtoul(getenv("OLD_CURL_NUMBER"), NULL, 16);
    info.features = getenv("OLD_CURL_TLS") ? CURL_VERSION_SSL : 0;
    return &info;
}
