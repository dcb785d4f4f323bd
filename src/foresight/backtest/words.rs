//! The words of a back-test's report, in English and Russian.

/// The words in one language.
pub(super) struct Words {
    pub title: &'static str,
    pub cases: &'static str,
    pub same: &'static str,
    pub different: &'static str,
    pub held_up: &'static str,
    pub diverged: &'static str,
    pub not_guessed: &'static str,
    pub moved: &'static str,
    pub only_recorded: &'static str,
    pub only_draft: &'static str,
    pub ended: &'static str,
    pub open: &'static str,
    pub closed_earlier: &'static str,
    pub triggers: &'static str,
    pub wishes: &'static str,
    pub effects: &'static str,
    pub recorded: &'static str,
    pub by_draft: &'static str,
    pub more: &'static str,
    pub fewer: &'static str,
    pub first: &'static str,
    pub unasked: &'static str,
    pub transferred: &'static str,
    pub adopted: &'static str,
    pub renamed: &'static str,
    pub erased: &'static str,
    pub failed: &'static str,
    pub example: &'static str,
    pub entry: &'static str,
    gone: [(&'static str, &'static str); 3],
    why: [(&'static str, &'static str); 4],
    kinds: [(&'static str, &'static str); 8],
    inputs: [(&'static str, &'static str); 36],
}

static EN: Words = Words {
    title: "Back-test",
    cases: "cases",
    same: "nothing differs",
    different: "something differs",
    held_up: "Held up: a move or close that was made, and that the draft refuses",
    diverged: "Diverged: an input that no longer fits",
    not_guessed: "Such cases are compared up to that step; the rest of them is not guessed on.",
    moved: "Would have gone another way",
    only_recorded: "in the journal only",
    only_draft: "by the draft only",
    ended: "Would have ended otherwise",
    open: "open at",
    closed_earlier: "Closed by the draft before a person's next input",
    triggers: "Automatic actions that would have fired otherwise",
    wishes: "Moves of triggers that would have been held up otherwise",
    effects: "Effects that would have been otherwise",
    recorded: "recorded",
    by_draft: "by the draft",
    more: "more often in cases",
    fewer: "less often in cases",
    first: "The first event that differs",
    unasked: "Reports left out, since the draft never asked for them",
    transferred: "Passed to another scenario, and compared up to there",
    adopted: "Adopted other versions of this scenario, for all of which the draft stands",
    renamed: "Stages taken by another name",
    erased: "Left out: personal texts were erased",
    failed: "Could not be run again",
    example: "for example",
    entry: "entry",
    gone: [
        ("activity", "the activity is not there"),
        ("debt", "the debt is not there"),
        ("interaction", "the interaction is not there"),
    ],
    why: [
        ("damaged", "the journal is damaged"),
        ("newer", "written by a newer engine"),
        ("scenario", "opened by another scenario"),
        ("timers", "the draft's timers have no end"),
    ],
    kinds: [
        ("notify", "notices"),
        ("start_process", "starting a process"),
        ("cancel_process", "cancelling a process"),
        ("open_case", "opening a case"),
        ("command", "command"),
        ("host", "of the host"),
        ("hand", "handing over"),
        ("finish", "telling that a process has finished"),
    ],
    inputs: [
        ("open", "opening"),
        ("move", "move"),
        ("close", "closing"),
        ("reopen", "reopening"),
        ("set", "filling in fields"),
        ("facts", "report of accounting"),
        ("plan", "planning an activity"),
        ("done", "an activity done"),
        ("reschedule", "another due time"),
        ("reassign", "giving an activity to somebody"),
        ("reopen_activity", "opening an activity again"),
        ("cancel_activity", "cancelling an activity"),
        ("hand_over", "handing the case over"),
        ("note", "note"),
        ("interaction", "contact with the client"),
        ("message", "message"),
        ("document", "report of a document"),
        ("command", "command"),
        ("answer", "answer to a command"),
        ("start_process", "starting a process"),
        ("finished", "a process finished"),
        ("timer", "timer"),
        ("given_up", "report of what could not be done"),
        ("settled", "settling what could not be done"),
        ("waive", "waiving a debt"),
        ("party", "setting a party"),
        ("link", "linking the case"),
        ("merge", "merging the case"),
        ("redirect", "redirecting an interaction"),
        ("split", "splitting the case"),
        ("handed", "what another case hands over"),
        ("correct_reason", "correcting the reason"),
        ("adopt", "adopting another version"),
        ("cancel", "cancelling by the case that started it"),
        ("erase", "erasing"),
        ("tick", "look at the clock"),
    ],
};

static RU: Words = Words {
    title: "Прогон журналов по черновику",
    cases: "интересов",
    same: "ничем не отличаются",
    different: "отличаются",
    held_up: "Было бы задержано: переход или закрытие состоялись, а черновик их не пускает",
    diverged: "Разошлось: действие больше не подходит",
    not_guessed: "Такие интересы сравниваются до этого шага; дальше ничего не додумывается.",
    moved: "Прошло бы другим путём",
    only_recorded: "только в журнале",
    only_draft: "только по черновику",
    ended: "Закончилось бы иначе",
    open: "открыт на",
    closed_earlier: "Закрыто черновиком до следующего действия человека",
    triggers: "Автоматические действия, которые сработали бы иначе",
    wishes: "Переходы триггеров, которые были бы задержаны иначе",
    effects: "Поручения учёту и людям, которые были бы другими",
    recorded: "в журнале",
    by_draft: "по черновику",
    more: "чаще в интересах",
    fewer: "реже в интересах",
    first: "Первое событие, которое отличается",
    unasked: "Опущенные сообщения: черновик о них не просил",
    transferred: "Перешло на другой сценарий, сравнивается до перехода",
    adopted: "Переходило на другие версии этого сценария: черновик стоит за все",
    renamed: "Этапы под другим названием",
    erased: "Не учтено: личные данные стёрты",
    failed: "Не удалось повторить",
    example: "например",
    entry: "запись",
    gone: [
        ("activity", "такого дела нет"),
        ("debt", "такого долга нет"),
        ("interaction", "такого взаимодействия нет"),
    ],
    why: [
        ("damaged", "журнал повреждён"),
        ("newer", "записано более новой программой"),
        ("scenario", "открыто по другому сценарию"),
        ("timers", "таймеры черновика не кончаются"),
    ],
    kinds: [
        ("notify", "уведомления"),
        ("start_process", "запуск процесса"),
        ("cancel_process", "отмена процесса"),
        ("open_case", "открытие интереса"),
        ("command", "функция учёта"),
        ("host", "учётной системе"),
        ("hand", "передача"),
        ("finish", "сообщение о конце процесса"),
    ],
    inputs: [
        ("open", "открытие"),
        ("move", "переход"),
        ("close", "закрытие"),
        ("reopen", "повторное открытие"),
        ("set", "заполнение реквизитов"),
        ("facts", "данные учёта"),
        ("plan", "планирование дела"),
        ("done", "выполнение дела"),
        ("reschedule", "перенос срока"),
        ("reassign", "передача дела"),
        ("reopen_activity", "возобновление дела"),
        ("cancel_activity", "отмена дела"),
        ("hand_over", "передача интереса"),
        ("note", "заметка"),
        ("interaction", "взаимодействие с клиентом"),
        ("message", "сообщение"),
        ("document", "событие документа"),
        ("command", "функция учёта"),
        ("answer", "ответ учёта"),
        ("start_process", "запуск процесса"),
        ("finished", "конец процесса"),
        ("timer", "таймер"),
        ("given_up", "сообщение о том, что не удалось"),
        ("settled", "улаживание того, что не удалось"),
        ("waive", "прощение долга"),
        ("party", "указание стороны"),
        ("link", "связь интересов"),
        ("merge", "объединение интересов"),
        ("redirect", "перенос взаимодействия"),
        ("split", "разделение интереса"),
        ("handed", "переданное другим интересом"),
        ("correct_reason", "исправление причины"),
        ("adopt", "переход на другую версию"),
        ("cancel", "отмена тем, кто запустил"),
        ("erase", "стирание"),
        ("tick", "сверка с часами"),
    ],
};

impl Words {
    /// The words in a language; in English where there are none.
    pub fn of(language: &str) -> &'static Self {
        if language.split(['-', '_']).next() == Some("ru") { &RU } else { &EN }
    }

    /// What an input does, by its name.
    pub fn input<'n>(&self, name: &'n str) -> &'n str {
        known(&self.inputs, name)
    }

    /// Why a case could not be run.
    pub fn why<'n>(&self, code: &'n str) -> &'n str {
        known(&self.why, code)
    }

    /// What an input names and the draft's run does not have.
    pub fn gone(&self, what: &str) -> Option<&'static str> {
        let what = what.strip_prefix("gone/")?;
        self.gone.iter().find(|(name, _)| *name == what).map(|(_, told)| *told)
    }

    /// A kind of effect, and of what.
    pub fn effect(&self, kind: &str) -> String {
        match kind.split_once(' ') {
            Some((name, of)) => format!("{}: {of}", known(&self.kinds, name)),
            None => known(&self.kinds, kind).to_owned(),
        }
    }
}

fn known<'n>(list: &[(&'static str, &'static str)], name: &'n str) -> &'n str {
    list.iter().find(|(it, _)| *it == name).map_or(name, |(_, told)| *told)
}

#[cfg(test)]
mod tests {
    use super::{EN, RU, Words};

    #[test]
    fn c6_each_name_has_its_words_in_both_languages() {
        let names = |words: &Words| -> Vec<&str> {
            let lists = [&words.gone[..], &words.why[..], &words.kinds[..], &words.inputs[..]];
            lists.into_iter().flatten().map(|(name, _)| *name).collect()
        };
        assert_eq!(names(&EN), names(&RU));
        let cyrillic = |text: &str| text.chars().any(|it| ('а'..='я').contains(&it));
        let told = |words: &'static Words| {
            [&words.gone[..], &words.why[..], &words.kinds[..], &words.inputs[..]].into_iter().flatten()
        };
        assert!(told(&RU).all(|(_, told)| cyrillic(told)) && !told(&EN).any(|(_, told)| cyrillic(told)));
    }

    /// What an input is called stands in the source of the inputs.
    #[test]
    fn c6_every_input_has_its_words() {
        let source = include_str!("../../case/input.rs");
        let source = source.split("impl Input {").nth(1).and_then(|it| it.split("\n}\n").next()).unwrap();
        let named: Vec<&str> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \"")?.1.split('"').next())
            .collect();
        let words: Vec<&str> = EN.inputs.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, words);
    }
}
