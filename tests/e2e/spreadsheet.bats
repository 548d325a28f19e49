#!/usr/bin/env bats
# What LibreOffice makes of the reports, as a person would open them: by a double click in the matching locale.
load jobledger

setup_file() {
    command -v soffice > /dev/null || {
        [ -z "${JOBLEDGER_CHECK_ALL:-}" ] || { echo "LibreOffice is missing" >&2; return 1; }
        skip "LibreOffice is not installed (make check ALL=1 installs it)"
    }
}

# opened FILE SEPARATOR LANGUAGE: FILE as LibreOffice reads it, one JSON array of typed cells a row. LANGUAGE is
# Windows' number of it: 2055 German of Switzerland, 1031 of Germany.
opened() {
    soffice -env:UserInstallation="file://$BATS_FILE_TMPDIR/profile" --headless --norestore \
        --infilter="CSV:$2,34,76,1,,$3" --convert-to fods --outdir opened "$1" > /dev/null 2>&1
    python3 - "opened/$(basename "${1%.csv}").fods" <<'PY'
import json, sys
import xml.etree.ElementTree as ET
T = '{urn:oasis:names:tc:opendocument:xmlns:table:1.0}'
O = '{urn:oasis:names:tc:opendocument:xmlns:office:1.0}'
X = '{urn:oasis:names:tc:opendocument:xmlns:text:1.0}'
for row in ET.parse(sys.argv[1]).getroot().iter(T + 'table-row'):
    cells = []
    for cell in row.iter(T + 'table-cell'):
        kind = cell.get(O + 'value-type')
        text = '\n'.join(''.join(p.itertext()) for p in cell.iter(X + 'p'))
        value = float(cell.get(O + 'value')) if kind in ('float', 'percentage', 'currency') else text
        assert cell.get(T + 'formula') is None, text
        cells += [value] * min(int(cell.get(T + 'number-columns-repeated', '1')), 50)
    while cells and cells[-1] == '':
        cells.pop()
    if cells:
        print(json.dumps(cells, ensure_ascii=False))
PY
}

ledger() {
    sim_start - <<'SIM'
on job_1 status=completed model=gpt-4o cost=0.015 time=2.3 confidence=0.95 data={"total":1250.00,"vendor":"Müller\u0026Söhne"}
on job_2 status=completed model=gpt-4o cost=1.5 time=0.25 confidence=0.5 data={"total":-17.35,"vendor":"=1+1"}
on job_3 status=failed message="@SUM(1)" time=1 cost=0
SIM
    spell 'job_id,kunde\njob_1,"Zürich; ""Nord""\nHaus 2"\njob_2,+41 44 000 00 00\njob_3,\n' > in.csv
    "$JOBLEDGER" -q run in.csv --out plain --base-url "$SIM_URL"
    csv all -o ch --excel
    csv all -o de --excel=de
}

@test "--excel opens right in Switzerland: numbers are numbers, umlauts and line ends survive, no formula runs" {
    ledger
    same "$(opened ch/jobs.csv 59 2055 | sed -n '2,4p' | jq -c '[.[0], .[2], .[3], .[4], .[5], .[14]]')" \
'["job_1","gpt-4o",2.3,0.015,0.95,"Zürich; \"Nord\"\nHaus 2"]
["job_2","gpt-4o",0.25,1.5,0.5,"'"'"'+41 44 000 00 00"]
["job_3","",1,0,"",null]'
    same "$(opened ch/extracted.csv 59 2055 | sed -n '2,3p' | jq -c '.[4:]')" \
'[1250,"Müller&Söhne"]
[-17.35,"'"'"'=1+1"]'
}

@test "--excel=de opens right in Germany, with the decimal comma" {
    ledger
    grep -q '0,015' de/jobs.csv
    same "$(opened de/jobs.csv 59 1031 | sed -n '2,3p' | jq -c '[.[0], .[3], .[4], .[5]]')" \
'["job_1",2.3,0.015,0.95]
["job_2",0.25,1.5,0.5]'
    same "$(opened de/extracted.csv 59 1031 | sed -n '2,3p' | jq -c '.[4:]')" \
'[1250,"Müller&Söhne"]
[-17.35,"'"'"'=1+1"]'
}
