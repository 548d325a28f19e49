#!/usr/bin/env bats
# What LibreOffice makes of the reports, as a person would open them: by a double click in the matching locale.
load jobledger

setup_file() {
    command -v soffice > /dev/null || {
        [ -z "${JOBLEDGER_CHECK_ALL:-}" ] || { echo "LibreOffice is missing" >&2; return 1; }
        skip "LibreOffice is not installed (make check ALL=1 installs it)"
    }
}

# convert FILE LOCALE [FILTER]: into opened/*.fods, as LibreOffice set up for the locale reads it.
convert() {
    local profile=$BATS_FILE_TMPDIR/$2
    mkdir -p "$profile/user"
    [ -e "$profile/user/registrymodifications.xcu" ] || cat > "$profile/user/registrymodifications.xcu" <<XCU
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale"><value>$2</value></prop></item>
</oor:items>
XCU
    soffice -env:UserInstallation="file://$profile" --headless --norestore ${3:+--infilter="$3"} --convert-to fods \
        --outdir opened "$1" > /dev/null 2>&1
}

workbook() {
    python3 "$BATS_TEST_DIRNAME/workbook.py" "$@"
}

# opened FILE LOCALE LANGUAGE: a CSV with semicolons as LibreOffice reads it, one JSON array of typed cells a row.
# LANGUAGE is Windows' number of the locale's: 2055 German of Switzerland, 1031 of Germany.
opened() {
    convert "$1" "$2" "CSV:59,34,76,1,,$3"
    workbook cells "opened/$(basename "${1%.csv}").fods" "$(basename "${1%.csv}")"
}

ledger() {
    sim_start - <<'SIM'
on job_1 status=completed model=gpt-4o cost=0.015 time=2.3 confidence=0.95 data={"total":1250.00,"vendor":"Müller\u0026Söhne"}
on job_2 status=completed model=gpt-4o cost=1.5 time=0.25 confidence=0.5 data={"total":-17.35,"vendor":"=1+1"}
on job_3 status=failed message="@SUM(1)" time=1 cost=0
on job_4 status=completed model=o3 cost=12345.678901234 time=0.123456789 confidence=0.8765 created=2026-01-02T03:04:05.25Z data={"total":-1234567.89,"vendor":"@Rabatt\u0020Gmbh","lead":"00123","reference":"210000000003139471430009017","number":210000000003139471430009017,"ean":7612345678900,"ok":true,"tags":["a",1.50]}
SIM
    spell 'job_id,kunde\njob_1,"Zürich; ""Nord""\nHaus 2"\njob_2,+41 44 000 00 00\njob_3,\njob_4,-5 %\n' > in.csv
    "$JOBLEDGER" -q run in.csv --out plain --base-url "$SIM_URL"
    csv all -o ch --excel
    csv all -o de --excel=de
}

@test "--excel opens right in Switzerland: numbers are numbers, umlauts and line ends survive, no formula runs" {
    ledger
    same "$(opened ch/jobs.csv de-CH 2055 | sed -n '2,5p' | jq -c '[.[0], .[2], .[3], .[4], .[5], .[14]]')" \
'["job_1","gpt-4o",2.3,0.015,0.95,"Zürich; \"Nord\"\nHaus 2"]
["job_2","gpt-4o",0.25,1.5,0.5,"'"'"'+41 44 000 00 00"]
["job_3",null,1,0,null,null]
["job_4","o3",0.123456789,12345.678901234,0.8765,"'"'"'-5 %"]'
    same "$(opened ch/extracted.csv de-CH 2055 | sed -n '2,4p' | jq -c '.[4:6]')" \
'[1250,"Müller&Söhne"]
[-17.35,"'"'"'=1+1"]
[-1234567.89,"'"'"'@Rabatt Gmbh"]'
}

@test "--excel=de opens right in Germany, with the decimal comma" {
    ledger
    grep -q '0,015' de/jobs.csv
    same "$(opened de/jobs.csv de-DE 1031 | sed -n '2,5p' | jq -c '[.[0], .[3], .[4], .[5], .[14]]')" \
'["job_1",2.3,0.015,0.95,"Zürich; \"Nord\"\nHaus 2"]
["job_2",0.25,1.5,0.5,"'"'"'+41 44 000 00 00"]
["job_3",1,0,null,null]
["job_4",0.123456789,12345.678901234,0.8765,"'"'"'-5 %"]'
    same "$(opened de/extracted.csv de-DE 1031 | sed -n '2,4p' | jq -c '.[4:6]')" \
'[1250,"Müller&Söhne"]
[-17.35,"'"'"'=1+1"]
[-1234567.89,"'"'"'@Rabatt Gmbh"]'
}

# shown LOCALE: what stands there of job_4: its cost, confidence and time, and its total and numbers.
shown() {
    workbook shown opened/jobledger.fods jobs | sed -n 5p | jq -c '[.[4], .[5], .[9]]'
    workbook shown opened/jobledger.fods extracted | sed -n 4p | jq -c '[.[4], .[6], .[7], .[8], .[9]]'
}

@test "a workbook opens right everywhere: every cell of every sheet is the ledger's" {
    ledger
    csv all -o workbook --format xlsx
    csv all -o plain --format jsonl
    for locale in de-CH de-DE; do
        convert workbook/jobledger.xlsx $locale
        for report in plain/*.jsonl; do
            workbook compare opened/jobledger.fods "$(basename "$report" .jsonl)" "$report"
        done
        shown > "shown.$locale"
        rm opened/jobledger.fods
    done
    same "$(sed "s/’/'/" shown.de-CH)" \
"[\"12'345.678901234\",\"87.65%\",\"2026-01-02 03:04:05.250\"]
[\"-1234567.89\",\"00123\",\"210000000003139471430009017\",\"210000000003139471430009017\",\"7612345678900\"]"
    same "$(cat shown.de-DE)" \
'["12.345,678901234","87,65%","2026-01-02 03:04:05,250"]
["-1234567,89","00123","210000000003139471430009017","210000000003139471430009017","7612345678900"]'
}

@test "what XML has no place for is read back as it was" {
    local odd='a\x01b _x0041_ _x000D_ _x005F_x0041_ tab\there' # no CR: CSV and fods have it as a line end
    spell "job_id,note\njob_1,\"$odd\"\n" > in.csv
    "$JOBLEDGER" -q ingest in.csv
    csv jobs --format xlsx -o jobs.xlsx
    soffice -env:UserInstallation="file://$BATS_FILE_TMPDIR/de-CH" --headless --norestore \
        --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1' jobs.xlsx > /dev/null 2>&1
    same "$(python3 -c 'import csv; print(list(csv.reader(open("jobs.csv")))[1][-1])')" "$(spell "$odd")"
}
