package redact

import "strings"

// drugNames are substances (international non-proprietary names of the WHO) and common brands.
var drugNames = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
abacavir abemaciclib abilify abiraterone acamprosate acarbose acebutolol aceclofenac acenocoumarol acetaminophen acetazolamide acetylcysteine aciclovir acitretin acyclovir
actos acyclovir adalimumab adapalene adderall adderall adefovir advair advil afatinib agomelatine albendazole albuterol aldactone alendronate alfuzosin alirocumab aliskiren allegra allopurinol
almotriptan aloglyptin alogliptin alprazolam ambien amikacin amiloride aminophylline amiodarone amisulpride amitriptyline amlodipine amoxicillin amoxicilline amoxicilina amoxicillina amoxil amphetamine
amphotericin ampicillin anastrozole anakinra apixaban apremilast aprepitant aricept aripiprazole arimidex armodafinil artemether aspirin aspirina aspirine asenapine ass atazanavir atenolol ativan atomoxetine atorvastatin
atorvastatina atorvastatine atovaquone atropine augmentin avastin azathioprine azelastine azithromycin azitromicina aztreonam baclofen bactrim baricitinib beclometasone beclomethasone belimumab benadryl benazepril
bendroflumethiazide benlysta benztropine betahistine betamethasone bevacizumab bezafibrate bicalutamide bimatoprost biperiden bisacodyl bisoprolol bleomycin bortezomib bosentan botox brexpiprazole brilinta brimonidine
bromazepam bromocriptine budesonide bumetanide buprenorphine bupropion buscopan buspirone busulfan cabergoline calcitonin calcitriol canagliflozin candesartan capecitabine captopril carbamazepine carbidopa carbimazole
carboplatin cariprazine carisoprodol carvedilol caspofungin cefaclor cefadroxil cefalexin cefazolin cefdinir cefepime cefixime cefotaxime cefpodoxime ceftazidime ceftriaxone cefuroxime celebrex celecoxib celexa
cephalexin cetirizine cetuximab champix chlorambucil chloramphenicol chlordiazepoxide chlorhexidine chloroquine chlorpromazine chlorthalidone cialis ciclosporin cilostazol cimetidine cinacalcet cipralex cipro
ciprofloxacin ciprofloxacino cisplatin citalopram clarithromycin claritin clexane clindamycin clobazam clobetasol clomiphene clomipramine clonazepam clonidine clopidogrel clotrimazole clozapine codeine codeína
colchicine colestyramine concerta copaxone cosentyx coumadin coversyl crestor cyclobenzaprine cyclophosphamide cyclosporine cymbalta cyproterone cytarabine dabigatran dabrafenib dalteparin dapagliflozin dapsone
daptomycin darunavir dasatinib deferasirox degludec denosumab depakote desloratadine desmopressin desogestrel desvenlafaxine dexamethasone dexilant dextroamphetamine diazepam diclofenac diclofenaco dicyclomine didanosine
diflucan digoxin dihydrocodeine diltiazem dimenhydrinate diovan diphenhydramine dipyridamole dipyrone disulfiram docetaxel dolutegravir domperidone donepezil doxazosin doxepin doxorubicin doxycycline doxylamine
dronedarone drospirenone duloxetine dulaglutide dupilumab dupixent dutasteride edoxaban efavirenz effexor efient elavil eletriptan eliquis elvanse empagliflozin emtricitabine enalapril enbrel endoxan enoxaparin entacapone entecavir entresto
entyvio epinephrine eplerenone epoetin erenumab ergocalciferol erlotinib ertapenem erythromycin escitalopram esomeprazole estradiol eszopiclone etanercept ethambutol ethinylestradiol ethosuximide etonogestrel etoposide
etoricoxib euthyrox evolocumab exemestane exenatide ezetimibe famciclovir famotidine febuxostat felodipine fenofibrate fentanyl ferrous fexofenadine fidaxomicin filgrastim finasteride fingolimod flecainide flixotide
flomax flonase floxacillin fluconazole flucloxacillin fludrocortisone flunitrazepam fluorouracil fluoxetine flupentixol fluphenazine flurbiprofen fluticasone fluvastatin fluvoxamine folate foradil formoterol forxiga
fosamax fosinopril fragmin fulvestrant furosemide furosemida gabapentin gabapentina galantamine ganciclovir gefitinib gemcitabine gemfibrozil genotropin gentamicin gilenya glatiramer gleevec glibenclamide gliclazide glimepiride
glipizide glucophage glyburide glycopyrronium golimumab goserelin granisetron griseofulvin guaifenesin guanfacine haldol haloperidol heparin heparina herceptin humalog humira humulin hydralazine hydrochlorothiazide
hydrocodone hydrocortisone hydromorphone hydroxychloroquine hydroxyurea hydroxyzine hyoscine ibandronate ibrance ibrutinib ibuprofen ibuprofeno ibuprofene ibuprofène imatinib imbruvica imipenem imipramine imiquimod imitrex
imodium imovane imuran indapamide inderal indomethacin infliximab insulin insulina insuline insulin-glargine invokana ipratropium irbesartan irinotecan isoniazid isosorbide isotretinoin itraconazole ivabradine ivermectin
ixekizumab janumet januvia jardiance kaletra keflex keppra ketamine ketoconazole ketoprofen ketorolac keytruda klonopin labetalol lacosamide lactulose lamictal lamivudine lamotrigine lansoprazole lantus lasix latanoprost latuda
leflunomide lenalidomide letrozole leucovorin leuprolide levemir levetiracetam levocetirizine levodopa levofloxacin levomepromazine levonorgestrel levothyroxine levothyrox levitra lexapro librium lidocaine linagliptin
linezolid liothyronine lipitor liraglutide lisdexamfetamine lisinopril lithium litio litalir loperamide lopinavir lopressor loratadine lorazepam losartan lovastatin lovenox lucentis lunesta lurasidone lyrica macrobid
maraviroc marcoumar mebendazole mebeverine meclizine medroxyprogesterone mefenamic mefloquine melatonin melatonina meloxicam melphalan memantine mercaptopurine meropenem mesalamine mesalazine metamizol metamizole metaxalone
metformin metformina metformine methadone methimazole methocarbamol methotrexate methyldopa methylphenidate methylprednisolone metoclopramide metolazone metoprolol metronidazole metronidazol micardis miconazole midazolam
midodrine mifepristone minocycline minoxidil mirabegron mirapex mirena mirtazapine misoprostol mobic modafinil mometasone monjaro montelukast morphine morphin morfina motilium motrin mounjaro moxifloxacin mupirocin mycophenolate nabumetone nadolol
naloxone naltrexone naproxen naproxeno naratriptan natalizumab nebivolol nefazodone neostigmine neulasta neurontin nevirapine nexium niacin nicardipine nicorandil nifedipine nilotinib nintedanib nitrazepam nitrofurantoin
nitroglycerin nivolumab nolvadex norco norethisterone nortriptyline norvasc novalgin novolog novorapid nurofen nystatin ocrelizumab ocrevus octreotide ofloxacin olanzapine olaparib olmesartan omalizumab omeprazole omeprazol ondansetron opdivo
orlistat oseltamivir osimertinib otezla oxaliplatin oxaprozin oxazepam oxcarbazepine oxybutynin oxycodone oxycontin oxymetazoline oxytocin ozempic paclitaxel palbociclib paliperidone pamidronate panadol pantoprazole pantoprazol
paracetamol paroxetine paroxetin paxil paxlovid pembrolizumab penicillamine penicillin penicilina pénicilline pentoxifylline percocet perindopril permethrin perphenazine phenelzine phenobarbital phenprocoumon phentermine phenytoin
pilocarpine pimecrolimus pindolol pioglitazone piperacillin piracetam pirfenidone plaquenil plavix ponstan posaconazole pradaxa pramipexole prasugrel pravastatin prazosin prednisolone prednisolon prednisone prednison pregabalin pregabalina
premarin prevacid prilosec primidone pristiq probenecid prochlorperazine progesterone proguanil prolia promethazine propafenone propofol propranolol propylthiouracil protonix prozac pseudoephedrine pulmicort pyrazinamide
pyridostigmine quetiapine quetiapin quinapril quinine rabeprazole raloxifene raltegravir ramipril ranitidine ranolazine rasagiline rebif remdesivir remicade repaglinide repatha requip restoril reteplase rexulti rheumatrex ribavirin
rifampicin rifampin rifaximin riluzole risedronate risperdal risperidone risperidon ritalin ritonavir rituxan rituximab rivaroxaban rivastigmine rivotril rizatriptan rocephin ropinirole rosiglitazone rosuvastatin rosuvastatina rybelsus
sacubitril salbutamol salmeterol saxagliptin saxenda secukinumab selegiline semaglutide senna sertralin sertralina sertraline seroquel sevelamer sildenafil silodosin simvastatin simvastatina singulair sirolimus sitagliptin skyrizi sofosbuvir
solifenacin solu-medrol sorafenib sotalol spironolactone spiriva stelara stilnox strattera streptomycin suboxone sucralfate sulfasalazine sulfamethoxazole sulpiride sumatriptan sunitinib suvorexant symbicort synthroid tacrolimus
tadalafil tafil tamiflu tamoxifen tamsulosin tapentadol tavor tegretol telmisartan temazepam temozolomide tenofovir terazosin terbinafine terbutaline teriflunomide teriparatide testosterone tetracycline thalidomide theophylline
thiamazole thyroxine tiagabine ticagrelor timolol tinidazole tiotropium tizanidine tobramycin tofacitinib tolterodine topamax topiramate toradol torasemide tradjenta tramadol trandolapril tranexamic trastuzumab travoprost
trazodone trental tresiba tretinoin triamcinolone triamterene trifluoperazine trihexyphenidyl trimethoprim trimipramine trintellix triptorelin trulicity truvada tylenol tysabri ultram upadacitinib ursodiol ustekinumab valacyclovir
valaciclovir valdoxan valium valproate valsartan valtrex vancomycin vardenafil varenicline vedolizumab venetoclax venlafaxine venlafaxin ventolin verapamil vesicare viagra vibramycin vicodin victoza vilazodone vildagliptin vincristine
voltaren voltarol vortioxetine voriconazole vraylar vyvanse warfarin wegovy wellbutrin xanax xarelto xeljanz xeloda xolair xyzal yasmin zaleplon zantac zestril zetia zidovudine ziprasidone zithromax zocor zofran zoladex zoledronic
zolmitriptan zoloft zolpidem zonisamide zopiclone zovirax zyban zyprexa zyrtec zytiga l-thyroxin l-thyroxine levotiroxina lévothyrox doliprane efferalgan dafalgan spasfon kardegic crestor tahor inexium dolipran nolotil enantyum orfidal
lexatin trankimazin eutirox adiro tachipirina moment oki augmentin cardioaspirin eutirox coumadin lasix rivotril dipirona novalgina puran losartana enalapril clonazepam fluoxetina sertralina metoprololsuccinat simvastatin marcumar
euthyrox ramilich tilidin novaminsulfon valoron lyrica apap ketonal pyralgina polopiryna nospa no-spa euthyrox medikinet metylofenidat`) {
		m[w] = true
	}
	return m
}()

// drugForms are words between a drug and its dose, or after a dose: forms, salts, ways of taking.
var drugForms = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`tablet tablets tab tabs capsule capsules cap caps pill pills inhaler inhaler, cream ointment gel solution suspension syrup injection injections pen patch patches drops spray oral iv im sc subcut
		xr sr er cr la ir dr xl mr od retard forte hcl hydrochloride sodium potassium succinate tartrate maleate besylate mesylate citrate sulfate sulphate acetate fumarate calcium magnesium carbonate phosphate
		tabletten tablette kapseln kapsel tropfen spritze salbe comprimé comprimés gélule gélules sirop gouttes comprimido comprimidos cápsula cápsulas gotas jarabe compressa compresse capsule gocce sciroppo tabletki kapsułki
		glargine aspart lispro detemir degludec nph regular acid valerate dipropionate furoate xinafoate disoproxil alafenamide dose of at to from de di von à zu mit`) {
		m[w] = true
	}
	return m
}()
